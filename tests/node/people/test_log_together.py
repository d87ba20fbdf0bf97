"""Leaves that stand together in one row: each is a leaf of its own, whatever somebody does to the row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.node.conftest import somebody
from tests.node.people.attacks import hashes_of, ids_of
from tests.node.people.logged import START, Editor, entry, log_home, small_register

from rasr.node.people import checking, immutable, log_key, sequencer
from rasr.node.people.models import Entry, Leaf
from rasr.node.records.ledger import immutable as history

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Path]:
    """The witness of a small register; its triggers are down."""
    with log_home(tmp_path) as path:
        small_register(somebody("ana", "planner"), 3)
        immutable.let_go(Editor())
        history.let_go(Editor())
        assert told(path) == []
        yield path


def told(path: Path) -> list[tuple[str, str]]:
    """What is wrong, and at which row."""
    return [(finding.code, str(finding.value)) for finding in checking.check(path).findings]


def batches() -> Leaf:
    """The leaves of the eight batches, which were written at once."""
    (found,) = Leaf.objects.filter(table="records_batch")
    assert len(ids_of(found)) == len(hashes_of(found)) == 8
    return found


def put(leaf: Leaf, **values: Any) -> None:
    Leaf.objects.filter(pk=leaf.pk).update(**values)


def cut_out(leaf: Leaf) -> set[str]:
    """The third id is taken out: every row behind it stands beside another's hash."""
    ids = ids_of(leaf)
    put(leaf, more="\n".join([ids[1], *ids[3:]]))
    return set(ids[2:])


def swapped(leaf: Leaf) -> set[str]:
    """Two ids change places."""
    ids = ids_of(leaf)
    put(leaf, more="\n".join([ids[2], ids[1], *ids[3:]]))
    return {ids[1], ids[2]}


def shortened(leaf: Leaf) -> set[str]:
    """Half of the last hash is gone."""
    put(leaf, hash=bytes(leaf.hash)[:-16])
    return {ids_of(leaf)[-1]}


def hash_changed(leaf: Leaf) -> set[str]:
    """One hash in the middle is another one."""
    hashes = hashes_of(leaf)
    hashes[4] = bytes(32)
    put(leaf, hash=b"".join(hashes))
    return {ids_of(leaf)[4]}


def seal_changed(leaf: Leaf) -> set[str]:
    """One seal in the middle is another one."""
    seals = bytes(leaf.seal)
    put(leaf, seal=seals[:160] + bytes(32) + seals[192:])
    return {ids_of(leaf)[5]}


def lengthened(leaf: Leaf) -> set[str]:
    """A row that never was stands behind the others."""
    strange = "0190000000007000" + "0" * 16
    put(leaf, more=f"{leaf.more}\n{strange}", hash=bytes(leaf.hash) + bytes(32), seal=bytes(leaf.seal) + bytes(32))
    return {strange}


ATTACKS = [cut_out, swapped, shortened, hash_changed, seal_changed, lengthened]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_what_is_done_to_one_of_them_is_found_at_its_row(held: Path, attack: Callable[[Leaf], set[str]]) -> None:
    touched = attack(batches())
    found = told(held)
    assert {row_id for code, row_id in found if code != "log_shifted"} == touched, found


def test_a_row_changed_among_them_is_found_alone(held: Path) -> None:
    leaf = batches()
    row_id = ids_of(leaf)[3]
    checking.COVERED["records_batch"].model._base_manager.filter(pk=row_id).update(lot="another")
    assert told(held) == [("log_edited", row_id)]


def test_a_copy_of_one_of_them_hides_nothing(held: Path) -> None:
    leaf = batches()
    row_id, hashed = ids_of(leaf)[2], hashes_of(leaf)[2]
    Leaf.objects.create(table=leaf.table, row_id=row_id, schema=1, hash=hashed, seal=bytes(leaf.seal)[64:96])
    sequencer.sequence(START + timedelta(days=2))
    assert told(held) == []
    checking.COVERED["records_batch"].model._base_manager.filter(pk=row_id).update(lot="another")
    assert ("log_edited", row_id) in told(held)


def test_an_index_inside_theirs_stops_the_signing_when_the_log_is_read_anew(held: Path) -> None:
    index = batches().index
    assert index is not None
    made = entry()
    Leaf.objects.filter(row_id=str(made.pk)).update(index=index + 3)
    sequencer.forget()
    assert sequencer.sequence(START + timedelta(days=2)) is None
    fault = sequencer.fault()
    assert fault is not None
    assert fault.code == "log_forged"
    assert ("log_inserted", str(made.pk)) in told(held)


@pytest.mark.usefixtures("held")
def test_one_without_a_seal_keeps_the_others_of_its_row_out_and_that_is_told() -> None:
    leaf = batches()
    seals = bytes(leaf.seal)
    put(leaf, index=None, seal=seals[:32] + bytes(32) + seals[64:])
    found = sequencer._first_unsealed()
    assert found is not None
    assert (found.numbers["row"], found.numbers["leaves"]) == (ids_of(leaf)[1], 8)


@pytest.mark.usefixtures("held")
def test_who_took_a_key_before_others_may_commit_after_them() -> None:
    found = checking._Found(log_key.seal_key())
    assert list(found.kept())
    late = entry()
    Leaf.objects.filter(row_id=str(late.pk)).update(id=-1)
    assert list(found.strays()) == []
    Leaf.objects.filter(pk=-1)._raw_delete("default")
    assert [stray.row_id for stray in found.strays()] == [str(late.pk)]
    assert Entry.objects.filter(pk=late.pk).exists()
