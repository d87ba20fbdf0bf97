"""Four eyes: who may ask and decide, when, how often; what is done is what was shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from tests.node.conftest import somebody
from tests.node.people.four_eyes import ASKS, DECIDES, Crew, refused, trail_of

from rasr.node.people import granting, services
from rasr.node.people.approvals import queries
from rasr.node.people.approvals import services as approvals
from rasr.node.people.approvals.told import say
from rasr.node.people.models import Approval, Entry, Grant, User
from rasr.node.people.place import NODE, Place

pytestmark = pytest.mark.django_db


def test_what_was_shown_is_done_and_stands_on_the_trail(people: Crew) -> None:
    asked = people.ask()
    assert people.roles() == {("storekeeper", people.site.code)}
    done = people.decide(asked)
    assert (done.state, done.decided_by, done.asked_by) == ("approved", people.mate, people.owner)
    assert done.done_at is not None
    assert people.roles() == {("storekeeper", people.site.code), ("technical_officer", people.site.code)}
    assert trail_of(asked) == [("approval.ask", "done"), ("approval.decide", "done")]
    given = Entry.objects.get(act="grant.give")
    assert (given.actor, given.row_id) == (people.mate.pseudonym, str(people.keeper.pk))
    assert given.after == {"role": "technical_officer", **people.site.ids}
    assert given.site_id == people.places.site_id
    assert given.organisation_id == people.places.organisation_id


def test_the_lines_say_what_is_before_and_after_in_the_language_of_the_reader(people: Crew) -> None:
    asked = people.ask()
    roles, lets = asked.shown["lines"]
    assert "keeper" in say(roles["what"])
    assert say(roles["before"]).startswith("Storekeeper (")
    assert [say(each).split(" (")[0] for each in roles["after"]] == ["Storekeeper", "Ammunition technical officer"]
    told = list(map(say, lets["after"]))
    assert {"see the stock", "judge stock", "set class marks"} < set(told)
    assert "change the catalogue" not in told, "not what only the whole node gives"
    with translation.override("mk"):
        assert not say(roles["before"]).startswith("Storekeeper")
        assert queries.picture(people.mate, asked).digest == asked.digest, "the same in every language"


@pytest.mark.parametrize("who", ["owner", "keeper"])
def test_never_by_who_asks_nor_by_whom_it_concerns(people: Crew, who: str) -> None:
    Grant.objects.create(user=people.owner, role="approver", organisation_id=people.places.organisation_id)
    Grant.objects.create(user=people.keeper, role="approver", organisation_id=people.places.organisation_id)
    asked = people.ask()
    code = {"owner": "approval_own", "keeper": "approval_of_oneself"}[who]
    actor = User.objects.get(pk=getattr(people, who).pk)
    for approve in (True, False):
        refused(code, lambda approve=approve: people.decide(asked, actor=actor, approve=approve))
    assert trail_of(asked)[1:] == [("approval.decide", "refused")] * 2
    asked.refresh_from_db()
    assert asked.state == "asked"


@pytest.mark.parametrize("who", ["asked_by", "person"])
def test_the_database_refuses_it_too(people: Crew, who: str) -> None:
    asked = people.ask()
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=asked.pk).update(decided_by=getattr(asked, who))


def test_nobody_asks_for_themselves(people: Crew) -> None:
    for actor in (people.owner, people.chief):
        refused("approval_of_oneself", lambda actor=actor: people.ask(actor=actor, user_id=actor.pk))
    tried = Entry.objects.filter(act="approval.ask", outcome="refused")
    assert set(tried.values_list("actor", flat=True)) == {people.owner.pseudonym, people.chief.pseudonym}
    assert not Approval.objects.exists()


def test_a_place_or_person_outside_of_ones_own_is_not_found(people: Crew) -> None:
    nobodys = somebody("theirs", "storekeeper", site_id=people.places.other_site_id)
    places = (
        NODE,
        people.other_site,
        Place(organisation_id=people.places.other_organisation_id),
        Place(site_id="none"),
    )
    for place in places:
        with pytest.raises(ObjectDoesNotExist):
            people.ask(place=place)
    with pytest.raises(ObjectDoesNotExist):
        people.ask(user_id=nobodys.pk)
    with pytest.raises(ObjectDoesNotExist):
        people.ask(instead_of=nobodys.grants.get().pk)
    with pytest.raises(PermissionDenied):
        people.ask(actor=people.mate)
    assert not Approval.objects.exists()


def test_a_stranger_neither_sees_nor_decides(people: Crew) -> None:
    asked = people.ask()
    assert list(queries.waiting(people.mate)) == [asked]
    assert list(queries.waiting(people.chief)) == [asked]
    assert not queries.waiting(people.stranger)
    assert not queries.waiting(people.owner)
    assert not queries.approvals(people.stranger)
    for approve in (True, False):
        with pytest.raises(ObjectDoesNotExist):
            people.decide(asked, actor=people.stranger, approve=approve)
    watcher = somebody("watcher", "auditor")
    assert list(queries.approvals(watcher)) == [asked]
    with pytest.raises(PermissionDenied):
        people.decide(asked, actor=watcher)


@pytest.mark.parametrize("session", ["", ASKS])
def test_only_in_another_session(people: Crew, session: str) -> None:
    asked = people.ask()
    refused("approval_session", lambda: people.decide(asked, session=session))


def test_a_reason_is_wanted(people: Crew) -> None:
    refused("reason_wanted", lambda: people.ask(reason="  "))
    asked = people.ask()
    refused("reason_wanted", lambda: people.decide(asked, reason=""))


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("second", [True, False])
def test_decided_once(people: Crew, first: bool, second: bool) -> None:
    asked = people.ask()
    people.decide(asked, approve=first)
    refused("approval_closed", lambda: people.decide(asked, actor=people.chief, approve=second))
    assert len(people.roles()) == 1 + first


def test_the_same_is_not_asked_for_twice(people: Crew) -> None:
    people.ask()
    refused("approval_waits", people.ask)
    refused("approval_waits", lambda: people.ask(actor=people.chief))


def test_what_has_changed_since_it_was_shown_is_not_done(people: Crew) -> None:
    asked = people.ask()
    Grant.objects.create(user=people.keeper, role="auditor", site_id=people.places.site_id)
    refused("approval_changed", lambda: people.decide(asked))
    seen = queries.picture(people.mate, asked)
    assert seen.changed
    assert people.decide(asked, digest=seen.digest).state == "approved"


@pytest.mark.parametrize("digest", ["", "0" * 64])
def test_nothing_is_approved_unseen(people: Crew, digest: str) -> None:
    asked = people.ask()
    refused("approval_changed", lambda: people.decide(asked, digest=digest))


def test_what_cannot_be_done_any_more_is_said_and_can_be_refused(people: Crew) -> None:
    asked = people.ask()
    services.deactivate(actor=people.owner, user_id=people.keeper.pk, reason="Left.")
    refused("account_closed", lambda: people.decide(asked))
    seen = queries.picture(people.mate, asked)
    assert seen.blocked is not None
    assert (seen.may_approve, seen.may_refuse) == (False, True)
    assert people.decide(asked, approve=False).state == "refused"


def test_who_has_lost_the_right_has_asked_for_nothing(people: Crew) -> None:
    asked = people.ask()
    services.take_grant(actor=people.chief, grant_id=people.owner.grants.get().pk, reason="Moved.")
    refused("approval_asker", lambda: people.decide(asked))


def test_what_reaches_further_by_now_is_not_decided_here(people: Crew) -> None:
    given = {"user_id": people.keeper.pk, "email": "new@example.org", "reason": "Moved."}
    of_one_ministry = services.ask_email(actor=people.owner, session=ASKS, **given)
    Grant.objects.create(user=people.keeper, role="auditor")
    refused("approval_asker", lambda: people.decide(of_one_ministry))
    refused("approval_waits", lambda: services.ask_email(actor=people.chief, session=ASKS, **given))
    people.decide(of_one_ministry, approve=False)
    of_the_node = services.ask_email(actor=people.chief, session=ASKS, **given)
    other = services.ask_email(actor=people.chief, session=ASKS, **{**given, "email": "other@example.org"})
    # what was asked of one place while it reached no further
    Approval.objects.filter(pk=other.pk).update(organisation=people.places.organisation_id)
    refused("person_elsewhere", lambda: people.decide(other))
    with pytest.raises(ObjectDoesNotExist):
        people.decide(of_the_node)
    people.keeper.refresh_from_db()
    assert people.keeper.email == ""


def test_who_decides_in_one_organisation_learns_of_no_role_in_another(people: Crew) -> None:
    Grant.objects.create(user=people.keeper, role="planner", **people.other_site.ids)
    Grant.objects.create(user=people.keeper, role="auditor")
    here, theirs = people.ask(), people.ask(actor=people.stranger, place=people.other_site)
    node = people.ask(actor=people.chief, place=NODE)
    told = [[say(each).split(" (")[0] for each in one.shown["lines"][0]["before"]] for one in (here, theirs, node)]
    assert told == [["Storekeeper"], ["Planner"], ["Storekeeper", "Planner", "Auditor"]]
    assert say(here.shown["lines"][0]["what"]) == "Roles of keeper in this organisation"


def test_a_fault_leaves_nothing_half_done(people: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*given: Any) -> None:
        record_grant(*given)
        raise ZeroDivisionError

    record_grant = granting.record_grant
    monkeypatch.setattr(granting, "record_grant", fails)
    asked = people.ask()
    done = people.decide(asked)
    assert (done.state, done.done_at) == ("failed", None)
    assert people.roles() == {("storekeeper", people.site.code)}
    assert trail_of(asked) == [("approval.ask", "done"), ("approval.decide", "failed")]
    assert not Entry.objects.filter(act="grant.give").exists()
    found = queries.why_failed(done)
    assert found is not None
    assert found.code == "approval_fault"


def test_no_trail_no_decision(people: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = people.ask()
    monkeypatch.setattr(approvals.trail, "record", _full)
    with pytest.raises(OSError, match="full"):
        people.decide(asked)
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("asked", None)
    assert len(people.roles()) == 1


def _full(**_given: Any) -> None:
    raise OSError("the disk is full")


def test_expiry_is_written_once_and_stays(people: Crew, settings: Any) -> None:
    assert settings.NODE.approval_days == 7
    asked = people.ask()
    now = timezone.now()
    assert approvals.expire(now + timedelta(days=6)) == 0
    assert approvals.expire(now + timedelta(days=8)) == 1
    assert approvals.expire(now + timedelta(days=8)) == 0
    asked.refresh_from_db()
    assert asked.state == "expired"
    # a clock set back opens nothing again
    refused("approval_closed", lambda: people.decide(asked))
    assert [act for act, _outcome in trail_of(asked)] == ["approval.ask", "approval.expire", "approval.decide"]


def test_what_is_over_cannot_be_decided_before_the_worker_has_looked(people: Crew) -> None:
    asked = people.ask()
    Approval.objects.filter(pk=asked.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert not queries.waiting(people.mate)
    refused("approval_expired", lambda: people.decide(asked))
    asked.refresh_from_db()
    assert asked.state == "expired"
    assert len(people.roles()) == 1


def test_only_who_asked_takes_it_back(people: Crew) -> None:
    asked = people.ask()
    for other in (people.mate, people.stranger, people.chief):
        with pytest.raises(ObjectDoesNotExist):
            approvals.withdraw(actor=other, approval_id=asked.pk)
    assert approvals.withdraw(actor=people.owner, approval_id=asked.pk).state == "withdrawn"
    refused("approval_closed", lambda: people.decide(asked))
    refused("approval_closed", lambda: approvals.withdraw(actor=people.owner, approval_id=asked.pk))


def test_another_place_takes_the_old_role_away_with_it(people: Crew) -> None:
    old = people.keeper.grants.get()
    organisation = Place(organisation_id=people.places.organisation_id)
    asked = people.ask(role="storekeeper", place=organisation, instead_of=old.pk)
    roles = asked.shown["lines"][0]
    assert (len(roles["before"]), len(roles["after"])) == (1, 1)
    people.decide(asked)
    assert people.roles() == {("storekeeper", organisation.code)}
    assert Entry.objects.get(act="grant.give").before == {"role": "storekeeper", **people.site.ids}


def test_a_role_that_is_held_already_is_refused_at_once(people: Crew) -> None:
    refused("role_held", lambda: people.ask(role="storekeeper"))


def test_an_emergency_only_where_nobody_else_is(people: Crew) -> None:
    refused("second_person_there", lambda: people.ask(emergency=True))
    for other in (people.mate, people.chief):
        services.deactivate(actor=None, user_id=other.pk, reason="")
    asked = people.ask(emergency=True)
    assert asked.effective_at is not None
    assert approvals.carry_out_due(asked.effective_at - timedelta(minutes=1)) == 0
    assert approvals.expire(asked.effective_at + timedelta(days=30)) == 0, "it takes effect by itself"
    assert approvals.carry_out_due(asked.effective_at) == 1
    assert approvals.carry_out_due(asked.effective_at) == 0
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by, len(people.roles())) == ("approved", None, 2)
    assert trail_of(asked)[-1] == ("approval.carry_out", "done")


def test_an_emergency_is_stopped_by_whoever_comes_in_time(people: Crew) -> None:
    for other in (people.mate, people.chief):
        services.deactivate(actor=None, user_id=other.pk, reason="")
    asked = people.ask(emergency=True)
    late = somebody("late", "approver")
    assert people.decide(asked, actor=late, approve=False).state == "refused"
    assert approvals.carry_out_due(timezone.now() + timedelta(days=3)) == 0
    assert len(people.roles()) == 1


def test_an_emergency_does_not_do_what_was_not_shown(people: Crew) -> None:
    for other in (people.mate, people.chief):
        services.deactivate(actor=None, user_id=other.pk, reason="")
    asked = people.ask(emergency=True)
    Grant.objects.create(user=people.keeper, role="auditor", site_id=people.places.site_id)
    approvals.sweep(timezone.now() + timedelta(days=3))
    asked.refresh_from_db()
    assert asked.state == "failed"
    entry = Entry.objects.get(act="approval.carry_out")
    assert (entry.actor, entry.outcome, entry.after["fault"]["code"]) == ("node", "failed", "approval_changed")


def test_an_address_for_mail_needs_two_and_leaves_no_trace_on_the_trail(people: Crew) -> None:
    given = {"actor": people.owner, "session": ASKS, "user_id": people.keeper.pk, "reason": "A new one."}
    asked = services.ask_email(**given, email="keeper@example.org")
    people.decide(asked)
    people.keeper.refresh_from_db()
    assert people.keeper.email == "keeper@example.org"
    assert "example.org" not in str(list(Entry.objects.values_list("before", "after", "reason")))
    refused("email_same", lambda: services.ask_email(**given, email="keeper@example.org"))
    refused(
        "email_taken", lambda: services.ask_email(**given | {"user_id": people.mate.pk}, email="KEEPER@example.org")
    )
    approvals.forget(people.keeper)
    asked.refresh_from_db()
    assert "example.org" not in str((asked.payload, asked.shown))


def test_a_closed_account_is_opened_by_two(people: Crew) -> None:
    given = {"actor": people.owner, "session": ASKS, "user_id": people.keeper.pk, "reason": "Is back."}
    refused("account_open", lambda: services.ask_open(**given))
    services.deactivate(actor=people.owner, user_id=people.keeper.pk, reason="Away.")
    people.decide(services.ask_open(**given))
    people.keeper.refresh_from_db()
    assert people.keeper.is_active


def test_the_owner_of_the_machine_asks_and_somebody_decides(people: Crew) -> None:
    payload = {"user_id": people.keeper.pk, "role": "planner", **NODE.ids}
    asked = approvals.ask(actor=None, session="", kind="give_grant", payload=payload, reason="First planner.")
    assert asked.asked_by is None
    with pytest.raises(ObjectDoesNotExist):
        people.decide(asked)  # the mate's scope is one ministry
    assert people.decide(asked, actor=people.chief, session=DECIDES).state == "approved"
