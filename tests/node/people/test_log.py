"""The log of a node: leaves made with their rows, taken in once and in order, signed, and held in a file beside."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from tests.node.conftest import somebody
from tests.node.people.attacks import ids_of
from tests.node.people.logged import START, Editor, entry, log_home, small_register, written
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.core.log import bundle, checkpoint, tree, verify, witness
from rasr.node.host import worker
from rasr.node.people import checking, immutable, leaves, log_key, sequencer
from rasr.node.people.acts import ACTS
from rasr.node.people.covered import COVERED
from rasr.node.people.models import Checkpoint, Entry, Leaf, User
from rasr.node.records.models import Movement, MovementLine, Place
from rasr.node.records.services import LineDraft, MovementDraft, Spot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def held(tmp_path: Path) -> Iterator[Path]:
    """The witness of a node with a log of its own."""
    with log_home(tmp_path) as path:
        yield path


def read(path: Path) -> witness.Witness:
    return witness.read(path, log_key.signing_key().public)


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


def indexes() -> list[int | None]:
    return list(Leaf.objects.order_by("pk").values_list("index", flat=True))


def codes(path: Path) -> list[str]:
    return [finding.code for finding in checking.check(path).findings]


def let_go() -> None:
    """The attacker takes the triggers away."""
    immutable.let_go(Editor())


# leaves


def test_an_entry_has_its_leaf_from_the_start(held: Path) -> None:
    made = entry(somebody("ana", "auditor"), before={"name": "a"}, after={"name": "b", "mass": 2.5})
    leaf = Leaf.objects.get(table="people_entry", row_id=str(made.pk))
    told = COVERED["people_entry"].entries([str(made.pk)])[str(made.pk)]
    assert bytes(leaf.hash) == tree.leaf_hash(told)
    assert json.loads(told)["columns"]["actor"] == User.objects.get(username="ana").pseudonym
    assert leaf.index is None
    assert len(bytes(leaf.seal)) == 32
    assert not held.exists()


@pytest.mark.parametrize(
    "value",
    [
        1e16,
        10**16,
        1e300,
        -0.0,
        0.1,
        5e-324,
        2**62,
        'ž\u20ac\U0001f600 \\ " \n',
        [],
        {},
        [None, True],
        {"b": 1, "a": 2},
    ],
)
def test_what_the_database_gives_back_is_what_was_covered(held: Path, value: Any) -> None:
    entry(before={"value": value})
    sequencer.sequence(START)
    assert codes(held) == []


def test_a_time_of_any_zone_is_covered_alike(held: Path) -> None:
    user = somebody("ana", "planner")
    small_register(user, 1)
    when = datetime(2027, 5, 31, 14, tzinfo=timezone(timedelta(hours=2)))
    batch = COVERED["records_batch"].model._base_manager.values_list("pk", flat=True)[0]
    lines = (LineDraft(batch, 2**60, "counted", Spot("acquired"), Spot.store("S1")),)
    written(user, MovementDraft(uuid7(), "opening_balance", when, "r", lines))
    sequencer.sequence(START + timedelta(days=3))
    assert codes(held) == []


def test_a_movement_is_covered_with_its_lines_and_batches(held: Path) -> None:
    small_register(somebody("ana", "planner"), 7)
    tables = [leaf.table for leaf in Leaf.objects.all() for _row_id in ids_of(leaf)]
    assert tables.count("records_movement") == Movement.objects.count() == 7
    assert tables.count("records_movementline") == MovementLine.objects.count() == 14
    assert tables.count("records_batch") == 8
    assert tables.count("people_entry") == Entry.objects.count() >= 7
    assert not codes(held)


def test_what_a_line_points_to_cannot_be_made_another_place(held: Path) -> None:
    small_register(somebody("ana", "planner"), 5)
    place = Place.objects.get(store="S1")
    Place.objects.filter(kind="lost").update(kind="stolen")
    found = checking.check(held).findings
    lost = MovementLine.objects.filter(to_place__kind="stolen").values_list("pk", flat=True)
    assert {finding.value for finding in found} == set(map(str, lost))
    assert place.store_id == "S1"


def test_without_a_key_there_is_no_leaf_and_no_entry(held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(log_key, "made_once", full)
    with pytest.raises((OSError, DatabaseError)), transaction.atomic():
        entry()
    assert not Entry.objects.exists()
    assert not held.exists()


def test_the_key_is_for_its_owner_only(held: Path) -> None:
    entry()
    assert (held.parent / "key").stat().st_mode & 0o777 == 0o600
    assert held.parent.stat().st_mode & 0o777 == 0o700
    assert (held.parent / "key").read_text().startswith("PRIVATE+KEY+rasr-log/")
    assert (held.parent / "key.pub").read_text().startswith("rasr-log/")


def test_a_damaged_key_is_said(held: Path) -> None:
    held.parent.mkdir(mode=0o700)
    (held.parent / "key").write_text("no key")
    with pytest.raises(Refused) as refused:
        leaves.add([Entry(at=START, actor="a", act="b")])
    assert refused.value.code == "log_key_bad"


# triggers


CHANGES: list[Callable[[], object]] = [
    lambda: Entry.objects.update(reason="x"),
    lambda: Entry.objects.all().delete(),
    lambda: Checkpoint.objects.update(note="x"),
    lambda: Checkpoint.objects.all().delete(),
    lambda: Leaf.objects.update(hash=bytes(32)),
    lambda: Leaf.objects.update(seal=bytes(32)),
    lambda: Leaf.objects.update(index=7),
    lambda: Leaf.objects.update(index=None),
    lambda: Leaf.objects.all().delete(),
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_to_change_history(held: Path, change: Callable[[], object]) -> None:
    entry()
    sequencer.sequence(START)
    with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
        change()
    assert codes(held) == []


def test_a_row_cannot_be_written_over_by_one_of_its_key() -> None:
    entry()
    again = "INTO people_entry SELECT * FROM people_entry WHERE true"
    ways = [f"INSERT {again} ON CONFLICT (entry_id) DO UPDATE SET act = 'x'"]
    ways += [f"REPLACE {again}"] if connection.vendor == "sqlite" else []  # PostgreSQL has no such word
    for statement in ways:
        with pytest.raises(IntegrityError, match="immutable"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_leaf_that_waits_gets_an_index_and_nothing_else() -> None:
    entry()
    with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
        Leaf.objects.update(index=1, hash=bytes(32))
    with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
        Leaf.objects.update(row_id="x")
    Leaf.objects.update(index=0)


# the sequencer


def test_leaves_are_taken_in_in_the_order_they_were_written(held: Path) -> None:
    for _ in range(3):
        entry()
    assert indexes() == [None] * 3
    made = sequencer.sequence(minute(0))
    assert indexes() == [0, 1, 2]
    entry()
    assert sequencer.sequence(minute(1)) != made
    assert indexes() == [0, 1, 2, 3]
    found = read(held)
    assert [stamped.checkpoint.size for stamped in found.checkpoints] == [3, 4]
    assert [stamped.note for stamped in found.checkpoints] == [
        kept.note for kept in Checkpoint.objects.order_by("size")
    ]
    assert found.last is not None
    assert found.last.checkpoint.at == minute(1)
    assert Checkpoint.objects.get(size=4).signed_at == minute(1)


def test_nothing_new_is_nothing_signed(held: Path) -> None:
    assert sequencer.sequence(minute(0)) is None
    entry()
    assert sequencer.sequence(minute(1)) is not None
    whole = held.read_bytes()
    assert sequencer.sequence(minute(2)) is None
    assert held.read_bytes() == whole


def test_many_are_signed_in_parts(held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer, "AT_ONCE", 2)
    for _ in range(5):
        entry()
    made = sequencer.sequence(START)
    assert made is not None
    assert made.size == 5
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [2, 4, 5]
    assert codes(held) == []


def test_a_clock_that_was_set_back_does_not_set_the_log_back(held: Path) -> None:
    entry()
    sequencer.sequence(minute(10))
    entry()
    sequencer.sequence(minute(5))
    entry()
    sequencer.sequence(minute(11))
    times = [stamped.checkpoint.at for stamped in read(held).checkpoints]
    assert times == [minute(10), minute(10), minute(11)]


def test_another_process_goes_on_where_the_file_is(held: Path) -> None:
    entry()
    sequencer.sequence(minute(0))
    sequencer.forget()  # as if this were another process
    entry()
    sequencer.sequence(minute(1))
    assert read(held).tree.size == 2
    assert codes(held) == []


def test_what_was_committed_but_not_written_is_made_up_for(held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry()
    sequencer.sequence(minute(0))
    entry()
    with monkeypatch.context() as full:
        full.setattr(witness, "append", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(OSError, match="space"):
            sequencer.sequence(minute(1))
    assert read(held).tree.size == 1
    assert Checkpoint.objects.count() == 2
    entry()
    sequencer.sequence(minute(2))
    assert [stamped.checkpoint.size for stamped in read(held).checkpoints] == [1, 2, 3]
    assert sequencer.fault() is None


@pytest.mark.parametrize("cut", [1, 30])
def test_a_line_that_was_cut_is_written_again(held: Path, cut: int) -> None:
    for number in range(2):
        entry()
        sequencer.sequence(minute(number))
    whole = held.read_bytes()
    held.write_bytes(whole[:-cut])
    sequencer.forget()
    entry()
    sequencer.sequence(minute(3))
    assert held.read_bytes().startswith(whole)
    assert read(held).tree.size == 3


def test_a_witness_that_was_lost_is_made_again(held: Path) -> None:
    for number in range(3):
        entry()
        sequencer.sequence(minute(number))
    whole = held.read_bytes()
    held.unlink()
    sequencer.sequence(minute(4))
    assert held.read_bytes() == whole


# somebody else writes the database


def reasons() -> list[str]:
    return [found.after["code"] for found in Entry.objects.filter(act="log.fault").order_by("at")]


def forge(index: int | None = None) -> str:
    """An entry with a leaf, by somebody without the key."""
    made = Entry.objects.create(at=START, actor="P-FORGED", act="grant.give")
    told = COVERED["people_entry"].entry_of(made)
    Leaf.objects.create(
        table="people_entry", row_id=str(made.pk), schema=1, hash=tree.leaf_hash(told), seal=bytes(32), index=index
    )
    return str(made.pk)


def test_a_leaf_with_a_wrong_seal_is_never_signed(held: Path) -> None:
    entry()
    forged = forge()
    entry()
    for number in range(3):
        sequencer.sequence(minute(number))
    assert forged not in {leaf.row_id for leaf in read(held).leaves}
    assert Leaf.objects.get(row_id=forged).index is None
    assert reasons() == ["log_unsealed"]
    said = sequencer.fault()
    assert said is not None
    assert (said.code, said.numbers["row"], said.since) == ("log_unsealed", forged, minute(0).isoformat())
    # the good ones are, the entry of what was found included
    assert read(held).tree.size == 3
    assert codes(held) == ["log_inserted"]


def test_the_node_is_not_ready_until_it_is_gone(client: Client) -> None:
    forged = forge()
    sequencer.sequence(minute(0))
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["log"]) == (503, False)
    let_go()
    Leaf.objects.filter(row_id=forged)._raw_delete("default")
    Entry.objects.filter(pk=forged)._raw_delete("default")
    sequencer.sequence(minute(1))
    assert client.get("/health/ready").json()["log"] is True
    assert reasons() == ["log_unsealed"]


def test_a_leaf_moved_to_another_row_does_not_fit_its_seal() -> None:
    entry()
    let_go()
    Leaf.objects.update(row_id="another")
    assert sequencer.sequence(START) is None
    assert reasons() == ["log_unsealed"]


def test_a_checkpoint_taken_out_stops_the_signing(held: Path) -> None:
    for number in range(2):
        entry()
        sequencer.sequence(minute(number))
    whole = held.read_bytes()
    let_go()
    Checkpoint.objects.filter(size=2)._raw_delete("default")
    Leaf.objects.filter(index=1).update(index=None)
    entry()
    assert sequencer.sequence(minute(3)) is None
    assert reasons() == ["log_contradicts"]
    assert held.read_bytes() == whole


@pytest.mark.parametrize("stop", ["index", "checkpoint"])
def test_what_somebody_else_put_behind_the_end_is_not_signed(held: Path, stop: str) -> None:
    entry()
    sequencer.sequence(minute(0))
    whole = held.read_bytes()
    forge(index=1)
    if stop == "checkpoint":
        Checkpoint.objects.create(size=2, root=bytes(32), note="forged\n", signed_at=minute(1))
    entry()
    assert sequencer.sequence(minute(2)) is None
    assert reasons() == ["log_forged"]
    assert held.read_bytes() == whole
    assert "log_inserted" in codes(held)


def test_a_witness_of_another_key_stops_the_signing() -> None:
    entry()
    sequencer.sequence(minute(0))
    log_key.put(b"PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")
    sequencer.forget()
    entry()
    assert sequencer.sequence(minute(1)) is None
    assert reasons() == ["witness_bad"]


def test_a_restored_node_goes_on_with_its_own_log(held: Path) -> None:
    for number in range(2):
        entry()
        sequencer.sequence(minute(number))
    let_go()
    Checkpoint.objects.filter(size=2)._raw_delete("default")
    Leaf.objects.filter(index=1)._raw_delete("default")
    sequencer.set_aside(datetime(2027, 6, 1, 10, tzinfo=UTC))
    entry()
    sequencer.sequence(minute(3))
    assert read(held).tree.size == 2
    aside = held.with_name("20270601T100000Z.witness.log")
    # an auditor with a later witness is told what is missing
    assert "log_truncated" in codes(aside) or "log_inserted" in codes(aside)


# checking and taking along


def test_a_witness_cannot_be_checked_without_a_key(held: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        checking.check(held)
    assert refused.value.code == "log_key_bad"
    assert not (tmp_path / "log" / "key").exists()


def test_a_row_id_that_no_row_can_have_is_nothing_to_fall_over(held: Path) -> None:
    entry()
    sequencer.sequence(START)
    for table, row_id in (("people_entry", "x"), ("records_movementline", "9" * 30), ("no_table", "1")):
        Leaf.objects.create(table=table, row_id=row_id, schema=1, hash=bytes(32), seal=bytes(32))
    assert codes(held) == ["log_inserted"] * 3


def test_what_is_written_meanwhile_does_no_harm(held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry()
    sequencer.sequence(minute(0))
    real = checking._Found.strays

    def late(self: Any) -> Any:
        entry()
        sequencer.sequence(minute(1))
        return real(self)

    monkeypatch.setattr(checking._Found, "strays", late)
    assert codes(held) == []


def test_the_log_is_taken_along(tmp_path: Path) -> None:
    small_register(somebody("ana", "planner"), 3)
    entry()
    out = BytesIO()
    assert checking.write_bundle(out) == sum(len(ids_of(leaf)) for leaf in Leaf.objects.all())
    (path := tmp_path / "log.zip").write_bytes(out.getvalue())
    taken = bundle.Bundle(path)
    verdict = verify.verify(taken.witness(taken.key()), taken.leaves())
    assert verdict.findings == []
    assert verdict.newer >= 1
    let_go()
    Entry.objects.filter(pk=Entry.objects.order_by("at").first().pk).update(reason="other")
    path.write_bytes(b"")
    with path.open("wb") as file:
        checking.write_bundle(file)
    taken = bundle.Bundle(path)
    assert [one.code for one in verify.verify(taken.witness(taken.key()), taken.leaves()).findings] == ["log_edited"]


def test_nothing_is_taken_along_before_something_was_signed() -> None:
    with pytest.raises(Refused) as refused:
        checking.write_bundle(BytesIO())
    assert refused.value.code == "witness_missing"


def test_a_copy_held_outside_is_enough_when_all_inside_was_made_anew(held: Path, tmp_path: Path) -> None:
    for number in range(3):
        entry()
        sequencer.sequence(minute(number))
    outside = Path(shutil.copy(held, tmp_path / "outside.log"))
    let_go()
    Leaf.objects.all()._raw_delete("default")
    Entry.objects.all()._raw_delete("default")
    Checkpoint.objects.all()._raw_delete("default")
    assert codes(outside).count("log_truncated") == 3


# the worker


def test_the_worker_signs_and_a_training_copy_does_not(held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry()
    monkeypatch.setattr(worker.queries, "training", lambda: True)
    worker._sequence()
    assert not held.exists()
    monkeypatch.setattr(worker.queries, "training", lambda: False)
    worker._sequence()
    found = read(held)
    assert found.tree.size == 1
    assert found.last is not None
    assert checkpoint.read(found.last.note, found.key) == found.last.checkpoint


def test_the_acts_of_the_log_have_names() -> None:
    assert {"log.fault", "log.export"} <= ACTS.keys()
