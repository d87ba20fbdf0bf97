"""Nothing is ever half written: not on a full disk, not on Ctrl-C, and nobody's folder is replaced by mistake."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.core.records.small_region import small_region

from rasr.core.basis.findings import Refused
from rasr.core.records.files.atomic import write_file, write_folder
from rasr.core.records.region import Region

FULL_DISK = """
import resource, sys
from pathlib import Path
import polars as pl
from rasr.core.basis.findings import Refused
from rasr.core.records.region import Region

target, form = Path(sys.argv[1]), sys.argv[2]
ids = [f"J{i * 7919 % 100003}" for i in range(20000)]
region = Region.from_frames({"jurisdictions": pl.DataFrame({"jurisdiction_id": ids, "name": ids})})
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    region.write(target, form)
except Refused as refused:
    print(refused.code, refused.numbers["reason"])
"""


def content(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


@pytest.mark.parametrize(("name", "form"), [("region", "csv"), ("region", "parquet"), ("region.xlsx", "csv")])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, name: str, form: str) -> None:
    small_region().write(tmp_path / name)
    before = content(tmp_path)
    ran = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / name), form], capture_output=True, text=True, check=False
    )
    assert ran.stdout.startswith("cannot_write "), ran
    assert len(ran.stdout.splitlines()) == 1
    assert content(tmp_path) == before


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    def interrupted(place: Path) -> None:
        (place / "run.json").write_text("{}")
        raise KeyboardInterrupt

    def interrupted_file(path: Path) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path / "out", interrupted, "run.json")
    with pytest.raises(KeyboardInterrupt):
        write_file(tmp_path / "out.json", interrupted_file)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_between_the_two_renames_puts_the_old_one_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path / "out", lambda place: (place / "run.json").write_text("old"), "run.json")
    replace, calls = os.replace, []

    def interrupted_once(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, "replace", interrupted_once)
    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path / "out", lambda place: (place / "run.json").write_text("new"), "run.json")
    assert content(tmp_path) == {"out/run.json": b"old"}


def test_a_folder_of_ours_is_replaced_as_a_whole(tmp_path: Path) -> None:
    for text in ("old", "new"):
        write_folder(tmp_path / "out", lambda place, text=text: _fill(place, text), "run.json")
    assert set(content(tmp_path)) == {"out/run.json", "out/new"}


def _fill(place: Path, text: str) -> None:
    (place / "run.json").write_text("{}")
    (place / text).write_text(text)


def test_a_folder_of_someone_else_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(Refused) as refused:
        write_folder(tmp_path, lambda place: (place / "run.json").write_text("{}"), "run.json")
    assert refused.value.code == "output_exists"
    assert content(tmp_path) == {"letter.txt": b"mine"}


def test_a_region_never_replaces_a_folder_with_other_files_in_it(tmp_path: Path) -> None:
    small_region().write(tmp_path / "region")
    small_region().write(tmp_path / "region", "parquet")
    assert (tmp_path / "region" / "stock.parquet").exists()
    assert not (tmp_path / "region" / "stock.csv").exists()
    (tmp_path / "region" / "letter.txt").write_text("mine")
    with pytest.raises(Refused) as refused:
        small_region().write(tmp_path / "region")
    assert refused.value.code == "output_exists"
    assert Region.read(tmp_path / "region").digest() == small_region().digest()


def test_a_file_in_the_way_of_a_folder_and_a_folder_in_the_way_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "region").write_text("a file")
    with pytest.raises(Refused) as refused:
        small_region().write(tmp_path / "region")
    assert refused.value.code == "output_exists"
    (tmp_path / "region.xlsx").mkdir()
    with pytest.raises(Refused) as refused:
        small_region().write(tmp_path / "region.xlsx")
    assert refused.value.code == "cannot_write"


def test_a_place_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Refused) as refused:
        write_file(tmp_path / "file" / "out.json", lambda path: path.write_text("{}"))
    assert refused.value.code == "cannot_write"


def test_a_fault_of_the_program_is_not_hidden(tmp_path: Path) -> None:
    def faulty(_: Path) -> None:
        raise AssertionError("a bug")

    with pytest.raises(AssertionError, match="a bug"):
        write_file(tmp_path / "out.json", faulty)
    assert list(tmp_path.iterdir()) == []
