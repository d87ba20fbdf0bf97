"""A log that was taken along is verified without a database; what is none of ours is refused."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from tests.core.log.made import KEY, OTHER, Log, made_log

from rasr.core.basis.findings import Refused
from rasr.core.log import bundle, verify, witness


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return made_log(tmp_path / "witness.log", [3, 4])


def written(folder: Path, log: Log) -> Path:
    path = folder / "log.zip"
    with path.open("wb") as out, (folder / "witness.log").open("rb") as held:
        count = bundle.write(out, held, [*log.kept(), *log.strays()], KEY.public)
    assert count == len(log.kept()) + len(log.strays())
    return path


def codes(path: Path) -> list[tuple[str, object]]:
    taken = bundle.Bundle(path)
    verdict = verify.verify(taken.witness(taken.key()), taken.leaves())
    return [(one.code, one.value) for one in verdict.findings]


def test_what_was_taken_along_is_verified(tmp_path: Path, log: Log) -> None:
    path = written(tmp_path, log)
    assert bundle.Bundle(path).key() == KEY.public
    assert codes(path) == []
    assert [one.index for one in bundle.Bundle(path).leaves()] == list(range(7))


def test_what_was_changed_before_is_found(tmp_path: Path, log: Log) -> None:
    log.rows["2"]["quantity"] = 99
    del log.rows["4"]
    log.rows["new"] = {"quantity": 1}
    assert codes(written(tmp_path, log)) == [("log_edited", "2"), ("log_deleted", "4"), ("log_inserted", "new")]


def test_a_witness_from_elsewhere_finds_what_was_changed_with_its_own(tmp_path: Path, log: Log) -> None:
    held = witness.read(tmp_path / "witness.log", KEY.public)
    lied = tmp_path / "lied"
    lied.mkdir()
    short = made_log(lied / "witness.log", [3])
    path = written(lied, short)
    assert codes(path) == []
    verdict = verify.verify(held, bundle.Bundle(path).leaves())
    assert [one.code for one in verdict.findings] == ["log_truncated"] * 4
    assert log.rows


def test_another_key_is_refused(tmp_path: Path, log: Log) -> None:
    with pytest.raises(Refused) as refused:
        bundle.Bundle(written(tmp_path, log)).witness(OTHER.public)
    assert refused.value.code == "witness_bad"


def changed(path: Path, **parts: bytes | None) -> Path:
    """The bundle with other parts; None: without it."""
    with zipfile.ZipFile(path) as zipped:
        held: dict[str, bytes | None] = {name: zipped.read(name) for name in zipped.namelist()}
    held |= {
        {"witness": "witness.log", "leaves": "leaves.jsonl", "key": "key.pub"}[name]: parts[name] for name in parts
    }
    with zipfile.ZipFile(path, "w") as zipped:
        for name, content in held.items():
            if content is not None:
                zipped.writestr(name, content)
    return path


@pytest.mark.parametrize("part", ["witness", "leaves", "key"])
def test_a_part_that_is_missing_is_named(tmp_path: Path, log: Log, part: str) -> None:
    with pytest.raises(Refused, match="it has no"):
        bundle.Bundle(changed(written(tmp_path, log), **{part: None}))


@pytest.mark.parametrize("content", [b"", b"no key", b"\xff", b"x" * 5000])
def test_a_bad_key_is_refused(tmp_path: Path, log: Log, content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        bundle.Bundle(changed(written(tmp_path, log), key=content)).key()
    assert refused.value.code == "bundle_bad"


@pytest.mark.parametrize(
    "line",
    [
        *[b"x\n", b"[]\n", b"{}\n", b"\xff\n", b"[" * 100_000],
        b'{"index": "1", "table": "t", "row_id": "1", "hash": "", "entry": ""}\n',
        b'{"index": true, "table": "t", "row_id": "1", "hash": "", "entry": ""}\n',
        b'{"index": 1, "table": 2, "row_id": "1", "hash": "", "entry": ""}\n',
        b'{"index": 1, "table": "t", "row_id": "1", "hash": "%", "entry": ""}\n',
        b'{"index": 1, "table": "t", "row_id": "1", "hash": "", "entry": 1}\n',
    ],
)
def test_bad_leaves_are_refused(tmp_path: Path, log: Log, line: bytes) -> None:
    taken = bundle.Bundle(changed(written(tmp_path, log), leaves=line))
    with pytest.raises(Refused) as refused:
        list(taken.leaves())
    assert refused.value.code == "bundle_bad"


def test_a_changed_byte_in_a_part_is_found(tmp_path: Path, log: Log) -> None:
    path = written(tmp_path, log)
    whole = bytearray(path.read_bytes())
    whole[200] ^= 1
    path.write_bytes(whole)
    with pytest.raises(Refused):
        codes(path)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_bundle_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log.zip"
    path.write_bytes(content)
    with pytest.raises(Refused) as refused:
        bundle.Bundle(path)
    assert refused.value.code == "bundle_bad"


@pytest.mark.parametrize(
    ("offset", "value"), [(6, 1), (8, 99)], ids=["says that it is encrypted", "packed in a way nobody knows"]
)
def test_a_part_that_cannot_be_unpacked_is_refused(tmp_path: Path, log: Log, offset: int, value: int) -> None:
    path = written(tmp_path, log)
    whole = bytearray(path.read_bytes())
    for signature, shift in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):  # of each part, and of the list at the end
        start = whole.find(signature)
        while start >= 0:
            whole[start + offset + shift] = value
            start = whole.find(signature, start + 4)
    path.write_bytes(whole)
    with pytest.raises(Refused) as refused:
        codes(path)
    assert refused.value.code == "bundle_bad"


def test_no_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(Refused) as refused:
            bundle.Bundle(path)
        assert refused.value.code == "bundle_bad"


def test_an_empty_witness_is_refused(tmp_path: Path, log: Log) -> None:
    taken = bundle.Bundle(changed(written(tmp_path, log), witness=b""))
    with pytest.raises(Refused) as refused:
        taken.witness(KEY.public)
    assert refused.value.code == "witness_empty"


def test_it_can_be_written_to_a_stream(tmp_path: Path, log: Log) -> None:
    out = io.BytesIO()
    with (tmp_path / "witness.log").open("rb") as held:
        bundle.write(out, held, log.kept(), KEY.public)
    assert zipfile.ZipFile(out).testzip() is None
    assert verify.verify(witness.read(tmp_path / "witness.log", KEY.public), log.kept()).leaves == 7
