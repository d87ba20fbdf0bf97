"""What the tests of the command share: a way to run it, and two regions to run it on."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.processes import environment

from rasr.cli.main import main

STORY = Path(__file__).parents[1] / "cases" / "two-authorities" / "given"
PATIENCE_S = 120


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object it printed."""
        return json.loads(self.out)


def python(*given: object) -> str:
    """What a program says that runs in a process of its own, without the tests' node."""
    words, env = [sys.executable, "-P", "-c", *map(str, given)], environment(RASR_MODE="test")
    ran = subprocess.run(words, env=env, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture
def rasr(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """The command, in this process."""

    def run(*words: object) -> Ran:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as left:
            code = int(left.code or 0)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample region of a tenth of the size, as a folder of CSV files; not to be changed."""
    path = tmp_path_factory.mktemp("cli") / "sample"
    assert main(["sample", str(path), "--scale", "0.1"]) == 0
    return path


@pytest.fixture(scope="session")
def kept_plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan of the story; not to be changed."""
    path = tmp_path_factory.mktemp("cli") / "plan"
    assert main(["plan", str(STORY), "--out", str(path)]) == 0
    return path


@pytest.fixture
def region(tmp_path: Path) -> Path:
    """The two authorities of the story, to be changed as a test likes."""
    return Path(shutil.copytree(STORY, tmp_path / "region"))
