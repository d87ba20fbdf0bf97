"""What services write on the trail: who, which record, why, before and after; never whole tables, never a secret."""

from __future__ import annotations

import json
from collections.abc import Callable

import polars as pl
import pytest
from django.test import Client
from django.urls import reverse
from tests.core.records.small_region import frames
from tests.node.conftest import somebody

from rasr.core.records.region import Region
from rasr.node.people import trail
from rasr.node.people.acts import ACTS
from rasr.node.people.models import Entry, Leaf, User
from rasr.node.records.services import load_region


@pytest.fixture
def planner(db: None) -> User:
    """Of a node without a register."""
    assert db is None
    return somebody("planner", "planner")


def entries(act: str) -> list[Entry]:
    return list(Entry.objects.filter(act=act).order_by("at", "entry_id"))


def test_an_entry_names_nobody_and_is_a_leaf(planner: User) -> None:
    with trail.asked("request", "session"):
        entry = trail.record(actor=planner, act="user.choose", table="people_user", row_id=planner.pk, after={"a": 1})
        nobodys = trail.record(actor=None, act="user.choose")
    entry.refresh_from_db()
    assert entry.actor == planner.pseudonym
    assert planner.username not in json.dumps([entry.actor, entry.after, entry.reason])
    assert (entry.session, entry.request_id, entry.row_id) == ("session", "request", str(planner.pk))
    assert (nobodys.actor, trail.record(actor=None, act="user.choose").actor) == (trail.NODE, trail.CONSOLE)
    leaves = Leaf.objects.filter(table="people_entry").values_list("row_id", flat=True)
    assert {str(entry.pk), str(nobodys.pk)} <= set(leaves)


def test_every_act_of_the_program_has_a_name(planner: User) -> None:
    load_region(actor=planner, region=Region.from_frames(frames()), complete=True, source="book")
    assert {entry.act for entry in Entry.objects.all()} <= set(ACTS)
    assert all(code.count(".") == 1 for code in ACTS)
    assert list(ACTS) == sorted(ACTS)


def test_a_load_says_what_changed_row_by_row_with_before_and_after(planner: User) -> None:
    tables = Region.from_frames(frames()).tables
    load_region(actor=planner, region=Region.from_frames(tables), complete=True, source="first book")
    first = entries("register.load")[-1]
    assert (first.reason, first.before["version"], first.after["version"]) == ("first book", 0, 1)
    assert first.after["tables"]["stock"] == {"new": tables["stock"].height, "changed": 0, "gone": 0}
    assert entries("row.change") == [], "what is new in an empty register is what was loaded"
    posted = entries("movement.post")
    assert [entry.row_id for entry in posted] == first.after["movements"]

    store = tables["stores"]["store_id"][0]
    licences = tables["licences"]
    limit = licences.filter(store_id=store)["neq_limit_kg"][0]
    raised = pl.when(pl.col("store_id") == store).then(pl.col("neq_limit_kg") * 2).otherwise(pl.col("neq_limit_kg"))
    changed = {**tables, "licences": licences.with_columns(neq_limit_kg=raised)}
    load_region(actor=planner, region=Region.from_frames(changed), complete=True, source="second book")
    assert entries("register.load")[-1].before["version"] == 1
    rows = entries("row.change")
    assert {entry.table for entry in rows} == {"places_licence"}
    assert rows[0].row_id.startswith(f"{store} / ")
    assert (rows[0].before, rows[0].after) == ({"neq_limit_kg": limit}, {"neq_limit_kg": 2 * limit})
    assert {entry.reason for entry in rows} == {"second book"}

    load_region(actor=planner, region=Region.from_frames(tables), complete=True, source="third book")
    count = Entry.objects.count()
    load_region(actor=planner, region=Region.from_frames(tables), complete=True, source="the same once more")
    assert Entry.objects.count() == count, "nothing was written"


def test_a_load_that_is_refused_leaves_no_entry_of_one(planner: User) -> None:
    tables = frames()
    load_region(actor=planner, region=Region.from_frames(tables), complete=True, source="book")
    count = Entry.objects.count()

    def stop(stage: str, share: float) -> None:
        if (stage, share) == ("writing", 1.0):
            raise KeyboardInterrupt

    less = {**tables, "stock": tables["stock"].slice(1)}
    with pytest.raises(KeyboardInterrupt):
        load_region(actor=planner, region=Region.from_frames(less), complete=True, source="cut", progress=stop)
    assert Entry.objects.count() == count


def test_no_secret_that_is_typed_gets_onto_the_trail(planner: User, client_of: Callable[[User], Client]) -> None:
    secret, client, other = "Correct-Horse-9-Battery", Client(), client_of(planner)
    client.post(reverse("people:sign-in"), {"login": secret, "password": secret})
    client.post(reverse("people:sign-in"), {"login": "planner", "password": secret})
    client.post(reverse("people:join"), {"code": secret})
    other.post(reverse("account_change_password"), {"oldpassword": secret, "password1": secret, "password2": secret})
    client.post(f"{reverse('people:sign-in')}?password={secret}", {"login": "planner", "password": secret})
    refused = [entry for entry in entries("user.sign_in") if entry.outcome == "refused"]
    assert [entry.row_id for entry in refused] == ["", str(planner.pk), str(planner.pk)]
    assert {entry.actor for entry in refused} == {trail.NOBODY}
    kept = json.dumps(list(Entry.objects.values("before", "after", "reason", "row_id", "session", "request_id")))
    assert secret not in kept
    assert not [key for key in (other.session.session_key, client.session.session_key) if key and key in kept]
