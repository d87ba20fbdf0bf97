"""A witness file is read whole or refused with its line; a cut last line counts as not written."""

from __future__ import annotations

import base64
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.core.log.made import KEY, OTHER, TABLE, made_log

from rasr.core.basis.findings import Refused
from rasr.core.log import checkpoint, tree, witness


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made_log(tmp_path / "witness.log", [3, 1, 4])
    return tmp_path / "witness.log"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def put(path: Path, some: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in some), encoding="utf-8")


def refusal(path: Path) -> Refused:
    with pytest.raises(Refused) as refused:
        witness.read(path, KEY.public)
    return refused.value


def test_what_was_written_is_read(path: Path) -> None:
    read = witness.read(path, KEY.public)
    assert [stamped.checkpoint.size for stamped in read.checkpoints] == [3, 4, 8]
    assert [leaf.row_id for leaf in read.leaves] == [str(number) for number in range(8)]
    assert read.leaves[0].table == TABLE
    assert read.tree.root() == tree.root(leaf.hash for leaf in read.leaves)
    assert read.offset == path.stat().st_size
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_reader_goes_on_where_it_was(path: Path) -> None:
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    reader = witness.Witness(KEY.public, keep=False)
    reader.read_on(io.BytesIO(whole[: first + 20]))
    assert (reader.tree.size, reader.offset) == (3, first)
    file = io.BytesIO(whole)
    file.seek(reader.offset)
    reader.read_on(file)
    assert (reader.tree.size, reader.offset, reader.leaves) == (8, len(whole), [])
    assert reader.last == witness.read(path, KEY.public).last


@pytest.mark.parametrize("cut", [1, 40, 5000])
def test_a_cut_last_line_counts_as_not_written_and_goes(path: Path, cut: int) -> None:
    whole = path.read_bytes()
    last = len(whole[: whole[:-1].rindex(b"\n") + 1])
    path.write_bytes(whole[: max(last, len(whole) - cut)])
    assert witness.read(path, KEY.public).tree.size == 4
    said = json.loads(whole[last:])
    witness.append(path, said["note"], [witness.Ref(base64.b64decode(a), b, c) for a, b, c in said["leaves"]])
    assert path.read_bytes() == whole


def test_a_first_line_that_was_cut_goes_too(tmp_path: Path) -> None:
    path = tmp_path / "witness.log"
    path.write_bytes(b"x" * 200_000)
    assert refusal(path).code == "witness_empty"
    made_log(path, [2])
    assert witness.read(path, KEY.public).tree.size == 2


def test_no_file_and_a_folder_are_said(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none").code == "witness_missing"
    assert refusal(tmp_path).code == "witness_missing"


def test_another_key_is_said(path: Path) -> None:
    with pytest.raises(Refused) as refused:
        witness.read(path, OTHER.public)
    assert (refused.value.code, refused.value.numbers["line"]) == ("witness_bad", 1)
    assert "another key" in str(refused.value.numbers["reason"])


def swapped_lines(some: list[dict[str, Any]]) -> int:
    some[1], some[2] = some[2], some[1]
    return 2


def lost_line(some: list[dict[str, Any]]) -> int:
    del some[1]
    return 2


def twice(some: list[dict[str, Any]]) -> int:
    some.append({"note": some[-1]["note"], "leaves": []})
    return 4


def other_hash(some: list[dict[str, Any]]) -> int:
    some[2]["leaves"][1][0] = some[2]["leaves"][0][0]
    return 3


def leaf_less(some: list[dict[str, Any]]) -> int:
    del some[0]["leaves"][0]
    return 1


def other_size(some: list[dict[str, Any]]) -> int:
    some[0]["note"] = some[0]["note"].replace("\n3\n", "\n2\n")
    del some[0]["leaves"][0]
    return 1


def short_hash(some: list[dict[str, Any]]) -> int:
    some[0]["leaves"][0][0] = "YWI="
    return 1


def no_note(some: list[dict[str, Any]]) -> int:
    some[1]["note"] = None
    return 2


def no_leaves(some: list[dict[str, Any]]) -> int:
    del some[1]["leaves"]
    return 2


def leaves_of_another_kind(some: list[dict[str, Any]]) -> int:
    some[1]["leaves"] = [[1, 2]]
    return 2


@pytest.mark.parametrize(
    "damage",
    [
        *(swapped_lines, lost_line, twice, other_hash, leaf_less, other_size),
        *(short_hash, no_note, no_leaves, leaves_of_another_kind),
    ],
)
def test_whatever_is_changed_is_found_in_its_line(path: Path, damage: Any) -> None:
    some = lines(path)
    line = damage(some)
    put(path, some)
    found = refusal(path)
    assert (found.code, found.numbers["line"]) == ("witness_bad", line)


@pytest.mark.parametrize("content", [b"no json\n", b"[]\n", b"\xff\xfe\n", b"{}\n", b"[" * 100_000 + b"\n", b"\n"])
def test_what_is_no_witness_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "witness.log"
    path.write_bytes(content)
    assert refusal(path).code == "witness_bad"


def test_a_time_that_goes_back_is_refused(path: Path) -> None:
    read = witness.read(path, KEY.public)
    assert read.last is not None
    assert read.last.checkpoint.at is not None
    leaf = witness.Ref(tree.leaf_hash(b"x"), TABLE, "x")
    grown = read.tree.copy()
    grown.append(leaf.hash)
    earlier = read.last.checkpoint.at.replace(year=2020)
    note = checkpoint.sign(checkpoint.Checkpoint(KEY.name, 9, grown.root(), earlier), KEY)
    with pytest.raises(Refused) as refused:
        read.add(note, [leaf])
    assert "time" in str(refused.value.numbers["reason"])
    assert read.tree.size == 8


def test_a_full_disk_leaves_a_line_that_the_next_one_replaces(path: Path) -> None:
    whole = path.read_bytes()
    with path.open("ab") as file:
        file.write(b'{"note": "ha')
    witness.append(path, "note", [])
    assert path.read_bytes() == whole + witness.line_of("note", [])
    assert os.listdir(path.parent) == ["witness.log"]
