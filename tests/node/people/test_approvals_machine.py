"""Anything, in any order, by anybody: never approved by who asked or whom it concerns, never twice, never too late.

Several people in several sessions ask, decide with what they saw, take back, move roles about, close accounts and let
time pass. After each step what the people hold is what the model of this test says.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.node.conftest import somebody

from rasr.core.basis.findings import Refused
from rasr.node.people import services
from rasr.node.people.approvals import queries
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import Approval, Entry, Grant, User
from rasr.node.people.place import NODE

ROLES = {
    "vera": "administrator",
    "boris": "administrator",
    "mila": "approver",
    "ana": "storekeeper",
    "petar": "planner",
}
OTHER = "secretariat"
WANTED = ("auditor", "donor", "technical_officer")
NOT_DONE = (Refused, PermissionDenied, ObjectDoesNotExist)
names, sessions, wanted = st.sampled_from(sorted(ROLES)), st.sampled_from(["s1", "s2", "s3"]), st.sampled_from(WANTED)


class FourEyes(RuleBasedStateMachine):
    """The approvals of a node with five people. Time is the machine's own."""

    asked = Bundle("asked")

    @initialize()
    def begin(self) -> None:
        """Five people."""
        self.around = transaction.atomic()
        self.around.__enter__()
        self.now = timezone.now()
        for name, role in ROLES.items():
            somebody(name, role)
        self.held = {name: {role} for name, role in ROLES.items()}
        self.open = dict.fromkeys(ROLES, True)
        self.what: dict[Any, tuple[str, str, str, datetime]] = {}
        self.ended: dict[Any, str] = {}

    def teardown(self) -> None:
        """Undo it all."""
        if hasattr(self, "around"):
            transaction.set_rollback(True)
            self.around.__exit__(None, None, None)

    @rule(target=asked, actor=names, person=names, role=wanted, session=sessions)
    def ask(self, actor: str, person: str, role: str, session: str) -> Any:
        """Somebody asks for a role for somebody."""
        may = "administrator" in self.held[actor] and self.open[actor] and actor != person and self.open[person]
        waits = any(known[1:3] == (person, role) and key not in self.ended for key, known in self.what.items())
        with self.time():
            try:
                made = services.ask_grant(
                    actor=user(actor), session=session, user_id=user(person).pk, role=role, place=NODE, reason="So."
                )
            except NOT_DONE:
                assert not may or waits or role in self.held[person]
                return multiple()
        assert may
        assert not waits
        self.what[made.pk] = (actor, person, role, made.expires_at)
        return made.pk, session

    @rule(target=asked, person=st.sampled_from(["ana", "petar"]), role=wanted, session=sessions)
    def ask_as_is_due(self, person: str, role: str, session: str) -> Any:
        """An administrator asks for somebody else, so that there is much to decide."""
        return self.ask("vera", person, role, session)

    @rule(which=asked, actor=st.sampled_from(["boris", "mila"]), stale=st.booleans())
    def decide_as_is_due(self, which: tuple[Any, str], actor: str, stale: bool) -> None:
        """Another administrator or the approver approves it, in a session of their own; stale: it changed meanwhile."""
        if stale:
            self.another_way(self.what[which[0]][1])
        self.decide(which, actor, "s4", approve=True, stale=stale)

    @rule(which=asked, actor=names, session=sessions, approve=st.booleans(), stale=st.booleans())
    def decide(self, which: tuple[Any, str], actor: str, session: str, approve: bool, stale: bool) -> None:
        """Somebody decides; stale: on what was shown when it was asked for, else on what is shown now."""
        key, asked_in = which
        asker, person, role, until = self.what[key]
        found = Approval.objects.get(pk=key)
        shown = queries.picture(user(actor), found).digest
        digest = found.digest if stale else shown
        decides = self.open[actor] and bool(self.held[actor] & {"administrator", "approver"})
        right = decides and actor not in (asker, person) and session != asked_in and key not in self.ended
        asks_still = self.open[asker] and "administrator" in self.held[asker]
        able = digest == shown and asks_still and self.open[person] and role not in self.held[person]
        with self.time():
            try:
                done = approvals.decide(
                    actor=user(actor), session=session, approval_id=key, approve=approve, reason="So.", digest=digest
                )
            except NOT_DONE:
                if right and until <= self.now:
                    self.ended[key] = "expired"
                else:
                    assert not right or (approve and not able)
                return
        assert right
        assert until > self.now
        assert able or not approve
        assert done.state == ("approved" if approve else "refused")
        self.ended[key] = str(done.state)
        if approve:
            self.held[person].add(role)

    @rule(which=asked, actor=names)
    def withdraw(self, which: tuple[Any, str], actor: str) -> None:
        """Somebody takes it back."""
        try:
            approvals.withdraw(actor=user(actor), approval_id=which[0])
        except NOT_DONE:
            assert actor != self.what[which[0]][0] or which[0] in self.ended
        else:
            assert actor == self.what[which[0]][0]
            assert which[0] not in self.ended
            self.ended[which[0]] = "withdrawn"

    @rule(hours=st.sampled_from([1, 20, 60, 100, -30]))
    def pass_time(self, hours: int) -> None:
        """The clock goes on, or is set back; the worker looks."""
        self.now += timedelta(hours=hours)
        with self.time():
            approvals.sweep(self.now)
        for key, known in self.what.items():
            if known[3] <= self.now:
                self.ended.setdefault(key, "expired")

    @rule(person=st.sampled_from(["ana", "petar"]))
    def another_way(self, person: str) -> None:
        """Gives or takes a role that nobody asks for here, so that what was shown no longer holds."""
        if OTHER in self.held[person]:
            Grant.objects.get(user=user(person), role=OTHER).delete()
            self.held[person].remove(OTHER)
        else:
            Grant.objects.create(user=user(person), role=OTHER)
            self.held[person].add(OTHER)

    @rule(actor=names, person=names, role=wanted)
    def take(self, actor: str, person: str, role: str) -> None:
        """Somebody takes a role away, at once."""
        grant = Grant.objects.filter(user__username=person, role=role).first()
        if grant is None:
            return
        may = self.open[actor] and "administrator" in self.held[actor] and actor != person
        try:
            services.take_grant(actor=user(actor), grant_id=grant.pk, reason="So.")
        except NOT_DONE:
            assert not may
        else:
            assert may
            self.held[person].remove(role)

    @rule(actor=names, person=st.sampled_from(["vera", "boris", "petar"]))
    @precondition(lambda self: len(self.what) > 4)
    def close(self, actor: str, person: str) -> None:
        """Somebody closes an account, at once."""
        may = self.open[actor] and "administrator" in self.held[actor] and actor != person and self.open[person]
        try:
            services.deactivate(actor=user(actor), user_id=user(person).pk, reason="So.")
        except NOT_DONE:
            assert not may
        else:
            assert may
            self.open[person] = False

    @invariant()
    def nothing_else_has_happened(self) -> None:
        """Roles and states are those of the model; each step has its entry; nobody decided on their own."""
        if not hasattr(self, "held"):
            return
        assert {name: {grant.role for grant in user(name).grants.all()} for name in ROLES} == self.held
        states = dict(Approval.objects.values_list("pk", "state"))
        assert states == {key: self.ended.get(key, "asked") for key in self.what}
        assert not [
            one for one in Approval.objects.all() if one.decided_by_id in {one.asked_by_id, one.person_id} - {None}
        ]
        approved = sum(state == "approved" for state in states.values())
        assert Entry.objects.filter(act="grant.give", outcome="done").count() == approved
        assert Approval.objects.filter(state="approved", done_at=None).count() == 0
        assert any(self.open[name] and "administrator" in self.held[name] for name in ROLES), (
            "somebody is left to manage"
        )

    def time(self) -> Any:
        """The clock of this machine."""
        return mock.patch.object(timezone, "now", return_value=self.now)


def user(name: str) -> User:
    """As they are now."""
    return User.objects.get(username=name)


@pytest.fixture
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody signs in here."""
    monkeypatch.setattr(User, "set_password", lambda self, _raw: setattr(self, "password", "!"))


@pytest.mark.django_db
@pytest.mark.usefixtures("_quick_passwords")
def test_whatever_people_do() -> None:
    run_state_machine_as_test(
        FourEyes,
        settings=settings(
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
