"""The wheel holds everything the package reads: rule data, templates, outlines."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    meant = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src/rasr").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert meant <= packed
    assert "rasr/core/reference/findings.csv" in packed
