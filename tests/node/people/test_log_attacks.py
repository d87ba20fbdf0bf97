"""1,000 random direct edits of covered tables: all are found, and it is said where.

The attacker writes the database as they like and lacks the signing key; a copy of the witness is held outside.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from tests.node.conftest import rolled_back_afterwards, somebody
from tests.node.people.attacks import ATTACKS, ids_of
from tests.node.people.logged import START, Editor, entry, log_home, small_register

from rasr.core.reference import loader
from rasr.node.people import checking, sequencer
from rasr.node.people import immutable as trail_immutable
from rasr.node.people.models import Leaf
from rasr.node.records.ledger import immutable

ROUNDS, PARTS = 1000, 10
ON_EACH = 2
"""Parts for every database: 200 edits, more than ten of each kind and strength. What finds them is the same on all."""
MOVEMENTS = 30
TOLD = {
    "edit": {"log_edited"},
    "delete": {"log_deleted", "log_truncated"},
    "insert": {"log_inserted"},
    "swap": {"log_swapped"},
    "truncate": {"log_truncated"},
}
BESIDES = {"log_checkpoint_changed", "log_checkpoint_forged", "log_checkpoint_missing", "log_shifted"}
"""What may be told besides of what an attacker did to cover it up."""


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def held(
    request: pytest.FixtureRequest, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A copy of the witness of a small register, whose triggers are down."""
    request.getfixturevalue("django_db_setup")
    folder = tmp_path_factory.mktemp("home")
    with rolled_back_afterwards(django_db_blocker), django_db_blocker.unblock(), log_home(folder) as witness:
        somebody("other", "auditor")
        user = somebody("loader", "planner")
        small_register(user, MOVEMENTS)
        for number in range(20):
            entry(user, reason=f"why {number}", before={"name": "a", "mass": 1.5}, after={"name": number})
        sequencer.sequence(START + timedelta(days=2))
        immutable.let_go(Editor())
        trail_immutable.let_go(Editor())
        yield Path(shutil.copy(witness, folder / "outside.log"))


def test_there_is_something_to_attack(held: Path) -> None:
    verdict = checking.check(held)
    assert verdict.findings == []
    assert verdict.leaves == sum(len(ids_of(leaf)) for leaf in Leaf.objects.all()) > 140
    assert Leaf.objects.exclude(more="").exists()
    assert set(Leaf.objects.values_list("table", flat=True)) == {
        *("people_entry", "records_batch", "records_movement", "records_movementline")
    }


@pytest.mark.parametrize(
    "part", [*range(ON_EACH), *(pytest.param(part, marks=pytest.mark.one_database) for part in range(ON_EACH, PARTS))]
)
def test_every_direct_edit_is_found_where_it_is(held: Path, part: int) -> None:
    for seed in range(part * ROUNDS // PARTS, (part + 1) * ROUNDS // PARTS):
        draw = Random(seed)
        kind, strength = sorted(ATTACKS)[seed % 5], seed // 5 % 3
        with transaction.atomic():
            touched = ATTACKS[kind](draw, strength)
            findings = checking.check(held).findings
            transaction.set_rollback(True)
        where = {(one.table, one.value) for one in findings if one.code not in BESIDES}
        codes = {one.code for one in findings}
        said = f"seed {seed}: {kind}, strength {strength}, {touched}: {[loader.say_finding(one) for one in findings]}"
        assert where == touched, said
        assert codes - BESIDES <= TOLD[kind], said
        assert codes & TOLD[kind], said
    connection.check_constraints()
