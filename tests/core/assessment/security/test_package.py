"""The security package: sealed, whole, without positions, and every fault of it at once."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from tests.core.assessment.security.made_visits import visit

from rasr.core.assessment.security.package import TABLES, Package, read, write
from rasr.core.basis.findings import Refused
from rasr.core.basis.seal import Sealer
from rasr.core.reference import loader

PASSPHRASE = "four quiet storks at noon"
WEAK = 10
"""Strength of scrypt in tests: quick, not safe."""
WORKS = pl.DataFrame({"work_id": ["W1"], "site_id": ["S"], "kind": ["locks"], "cost_eur": [900.0]})
EFFECTS = pl.DataFrame({"work_id": ["W1"], "question_id": ["KEY-01"], "answer": ["met"]})
LOSSES = pl.DataFrame(
    {"loss_id": ["L1"], "site_id": ["S"], "happened_on": [date(2026, 1, 2)], "family": ["small_arms"], "pieces": [2]}
)


def whole() -> Package:
    answers = visit({"KEY-01": "met", "KEY-02": "partly", "KEY-03": None})
    return Package.from_frames({"answers": answers, "works": WORKS, "work_effects": EFFECTS, "losses": LOSSES})


def sealed(package: Package) -> bytes:
    out = io.BytesIO()
    write(package, out, PASSPHRASE, strength=WEAK)
    return out.getvalue()


def opened(content: bytes, passphrase: str = PASSPHRASE) -> Package:
    return read(io.BytesIO(content), passphrase)


def sealed_archive(files: dict[str, str]) -> bytes:
    plain, out = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    with Sealer(out, PASSPHRASE, strength=WEAK) as sealer:
        sealer.write(plain.getvalue())
    return out.getvalue()


def test_what_goes_in_comes_out() -> None:
    package = whole()
    assert package.check() == []
    back = opened(sealed(package))
    assert back.check() == []
    assert back.digest() == package.digest()
    assert all(back.table(name).equals(package.table(name)) for name in TABLES)


def test_nothing_of_it_can_be_read_without_the_passphrase() -> None:
    content = sealed(whole())
    for word in (b"KEY-01", b"not_met", b"locks", b"answers", b"W1"):
        assert word not in content
    with pytest.raises(Refused, match="package_passphrase"):
        opened(content, "another passphrase")


@pytest.mark.parametrize("place", [100, 200, -1])
def test_a_changed_or_cut_file_is_found(place: int) -> None:
    content = bytearray(sealed(whole()))
    content[place] ^= 1
    for wrong in (bytes(content), bytes(content[:-20]), b"PK" + bytes(content), b""):
        with pytest.raises(Refused, match="package_unreadable"):
            opened(wrong)


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(Refused, match="weak_passphrase"):
        write(whole(), io.BytesIO(), "short")


@pytest.mark.parametrize(
    "column",
    ["latitude_deg", "Longitude", "lat", "x", "GPS position", "site_coordinates", "mgrs", "geo-json", "utm_zone"],
)
def test_a_column_that_could_hold_a_position_is_refused(column: str) -> None:
    with pytest.raises(Refused, match="package_with_positions"):
        Package.from_frames({"losses": LOSSES.with_columns(pl.lit("1").alias(column))})


def test_a_table_of_the_region_is_refused_also_from_a_sealed_file() -> None:
    with pytest.raises(Refused, match="package_with_positions"):
        Package.from_frames({"sites": pl.DataFrame({"site_id": ["S"]})})
    about = json.dumps({"format": 1, "tables": ["losses"]})
    for files in ({"sites.csv": "site_id\nS\n"}, {"losses.csv": "loss_id,latitude_deg\nL1,41.3\n"}):
        with pytest.raises(Refused, match="package_with_positions"):
            opened(sealed_archive({"package.json": about} | files))


@pytest.mark.parametrize("text", ["gate at 41.3275, 19.8189", "34TDM1234567890", "8GJX9R5F+XX"])
def test_a_text_that_seems_to_hold_a_position_is_not_written(text: str) -> None:
    noted = visit({"KEY-01": "met", "KEY-02": "met"}).with_columns(note=pl.Series(["fine", text]))
    package = Package.from_frames({"works": WORKS.with_columns(source=pl.lit(text)), "answers": noted})
    assert [fault.code for fault in package.check()] == ["position_in_text"] * 2
    out = io.BytesIO()
    with pytest.raises(Refused, match="texts_with_positions") as refused:
        write(package, out, PASSPHRASE, strength=WEAK)
    assert refused.value.numbers == {"faults": 2, "table": "answers", "row": 2, "column": "note"}
    assert out.getvalue() == b""


def test_a_long_note_comes_through_whole() -> None:
    note = 'seen, "by day" ' * 20_000 + "end"
    package = Package.from_frames({"answers": visit({"KEY-01": "met"}).with_columns(note=pl.lit(note))})
    assert opened(sealed(package)).table("answers")["note"].to_list() == [note]


def damaged(change: Callable[[bytearray], None]) -> bytes:
    """A sealed archive of two files of which the bytes were changed before it was sealed."""
    plain, out = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("package.json", json.dumps({"format": 1}))
        archive.writestr("losses.csv", "loss_id\n" + "L1\n" * 1000)
    content = bytearray(plain.getvalue())
    change(content)
    with Sealer(out, PASSPHRASE, strength=WEAK) as sealer:
        sealer.write(bytes(content))
    return out.getvalue()


def _locked(content: bytearray) -> None:
    content[content.index(b"PK\x01\x02") + 8] |= 1


def _packed(method: int) -> Callable[[bytearray], None]:
    def change(content: bytearray) -> None:
        for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
            content[content.rindex(mark) + at] = method

    return change


def _spoilt(content: bytearray) -> None:
    start = content.index(b"losses.csv") + len("losses.csv")
    content[start : start + 4] = b"\xff" * 4


@pytest.mark.parametrize("change", [_locked, _packed(99), _packed(12), _packed(14), _spoilt])
def test_an_archive_that_cannot_be_unpacked_is_refused(change: Callable[[bytearray], None]) -> None:
    with pytest.raises(Refused, match="package_unreadable"):
        opened(damaged(change))


def test_a_package_of_another_version_is_refused() -> None:
    with pytest.raises(Refused, match="package_version"):
        opened(sealed_archive({"package.json": '{"format": 2}'}))


@pytest.mark.parametrize("about", ["[]", "no", '{"form": 1}', '"text"', "7", pytest.param("[" * 100_000, id="deep")])
def test_an_archive_that_is_no_package_is_refused(about: str) -> None:
    with pytest.raises(Refused, match="package_unreadable"):
        opened(sealed_archive({"package.json": about}))
    for table in ("", "loss_id\nL1,L2\n"):
        with pytest.raises(Refused, match="package_unreadable"):
            opened(sealed_archive({"package.json": '{"format": 1}', "losses.csv": table}))


def test_no_contract_of_the_package_has_a_column_for_positions_and_the_region_has_none_of_its_tables() -> None:
    assert not set(TABLES) & set(loader.TABLES)
    for name in TABLES:
        Package.from_frames({name: loader.contract(name).empty()})


def test_every_fault_is_told_at_once() -> None:
    answers = pl.concat(
        [
            visit({"KEY-01": "partly", "KEY-02": "often", "EME-20": "met"}),
            visit({"KEY-01": "met"}),
            visit({"KEY-01": "met"}, "ELSEWHERE", version=7),
        ]
    ).with_columns(note=pl.Series(["fine", None, "gate at 41.3275, 19.8189", None, None]))
    package = Package.from_frames(
        {
            "answers": answers,
            "works": pl.concat([WORKS, WORKS]).with_columns(cost_eur=pl.Series([None, -1.0])),
            "work_effects": EFFECTS.with_columns(work_id=pl.lit("W9"), question_id=pl.lit("MOAT-1")),
            "losses": LOSSES.with_columns(pieces=pl.lit(-2), kind=pl.lit("magic"), recovered_pieces=pl.lit(1)),
        }
    )
    region = {"sites": pl.DataFrame({"site_id": ["S"]}), "stores": pl.DataFrame({"store_id": ["A"], "site_id": ["S"]})}
    found = {(fault.code, fault.table, fault.row, fault.column) for fault in package.check(region)}
    assert found == {
        ("answer_out_of_scale", "answers", 1, "answer"),
        ("value_not_allowed", "answers", 2, "answer"),
        ("answer_out_of_scale", "answers", 2, "answer"),
        ("unknown_id", "answers", 3, "question_id"),
        ("position_in_text", "answers", 3, "note"),
        ("duplicate_id", "answers", 4, "question_id"),
        ("unknown_id", "answers", 5, "site_id"),
        ("unknown_id", "answers", 5, "set_version"),
        ("work_without_cost", "works", 1, "cost_eur"),
        ("duplicate_id", "works", 2, "work_id"),
        ("work_cost_negative", "works", 2, "cost_eur"),
        ("unknown_id", "work_effects", 1, "work_id"),
        ("unknown_id", "work_effects", 1, "question_id"),
        ("value_not_allowed", "losses", 1, "kind"),
        ("value_out_of_range", "losses", 1, "pieces"),
        ("recovered_more_than_lost", "losses", 1, "recovered_pieces"),
    }
    assert all(loader.say_finding(fault) for fault in package.check(region))


def test_works_that_mend_nothing_and_stores_of_another_site_are_told() -> None:
    own = pl.concat([EFFECTS, EFFECTS.with_columns(question_id=pl.lit("KEY-02"))]).with_columns(answer=pl.lit("partly"))
    works = pl.concat([WORKS, WORKS.with_columns(work_id=pl.lit("W2"))]).with_columns(store_id=pl.Series(["A", "B"]))
    answers = visit({"KEY-01": "met"}, store_id="A")
    package = Package.from_frames({"answers": answers, "works": works, "work_effects": own})
    region = {
        "sites": pl.DataFrame({"site_id": ["S", "T"]}),
        "stores": pl.DataFrame({"store_id": ["A", "B"], "site_id": ["S", "T"]}),
    }
    found = package.check(region)
    assert [(fault.code, fault.severity, fault.table, fault.row) for fault in found] == [
        ("store_of_another_site", "error", "works", 2),
        ("answer_out_of_scale", "error", "work_effects", 1),
        ("work_at_store_without_answers", "warning", "works", 2),
    ]
    assert all(loader.say_finding(fault) for fault in found)
    only_works = Package.from_frames({"works": works})
    assert only_works.check() == []
