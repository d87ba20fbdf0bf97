"""Lost second factors and emergencies: delayed, refusable, and told to who watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.test import Client
from django.utils import timezone
from tests.node.conftest import Places, somebody

from rasr.core.basis.findings import Refused
from rasr.node.people import emergency, notices, services
from rasr.node.people.approvals import queries
from rasr.node.people.approvals import services as approvals
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Approval, Entry, Grant, User
from rasr.node.people.place import NODE, Place
from rasr.node.people.second_person import second_people

pytestmark = pytest.mark.django_db
HERE, THERE = "a" * 16, "b" * 16
"""Two sessions."""


def with_factor(user: User) -> User:
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    return user


def factors(user: User) -> int:
    return Authenticator.objects.filter(user=user).count()


def in_hours(hours: float) -> Any:
    return timezone.now() + timedelta(hours=hours)


def agreed(by: User, approval: Approval, *, approve: bool = True) -> Approval:
    return approvals.decide(
        actor=by, session=THERE, approval_id=approval.pk, approve=approve, reason="I called her", digest=approval.digest
    )


@pytest.fixture
def approver(joins: Callable[..., User]) -> User:
    return joins("approver", "approver")


@pytest.fixture
def mira(storekeeper: User) -> User:
    """A storekeeper who has lost her telephone."""
    return with_factor(storekeeper)


def asked(actor: User, user: User, **more: Any) -> Approval:
    return emergency.ask_reset(actor=actor, session=HERE, user_id=user.pk, reason="Lost telephone", **more)


# A lost second factor.


def test_two_people_and_a_day_take_off_a_lost_factor(administrator: User, approver: User, mira: User) -> None:
    approval = asked(administrator, mira)
    approvals.carry_out_due(in_hours(1000))
    assert factors(mira) == 1, "nobody approved it"
    approval = agreed(approver, approval)
    assert (approval.state, factors(mira)) == (ApprovalState.ASKED, 1)
    assert approval.effective_at is not None
    approvals.carry_out_due(approval.effective_at - timedelta(seconds=1))
    assert factors(mira) == 1
    approvals.carry_out_due(approval.effective_at)
    approval.refresh_from_db()
    assert (approval.state, factors(mira)) == (ApprovalState.APPROVED, 0)
    assert approval.effective_at - approval.decided_at == timedelta(hours=settings.NODE.delay_hours)
    assert Entry.objects.filter(act="second_factor.forget", row_id=str(mira.pk)).count() == 1


def test_its_owner_is_told_on_every_page_and_can_refuse(
    administrator: User, approver: User, mira: User, officer: User
) -> None:
    approval = agreed(approver, asked(administrator, mira))
    [told] = notices.of(mira)
    assert (told.level, told.address) == ("danger", f"/approvals/{approval.pk}/")
    assert administrator.username in told.text
    assert not list(notices.of(officer))
    agreed(mira, approval, approve=False)
    assert not list(notices.of(mira))
    approvals.carry_out_due(in_hours(1000))
    assert factors(mira) == 1


def test_it_needs_that_who_approved_it_still_may(administrator: User, approver: User, mira: User) -> None:
    approval = agreed(approver, asked(administrator, mira))
    services.deactivate(actor=administrator, user_id=approver.pk, reason="It was not her.")
    approvals.carry_out_due(in_hours(1000))
    approval.refresh_from_db()
    assert (approval.state, factors(mira)) == (ApprovalState.FAILED, 1)
    why = queries.why_failed(approval)
    assert why is not None
    assert why.code == "approval_decider"


def test_it_reaches_nobody_who_has_become_more_than_was_asked_for(
    joins: Callable[..., User], mira: User, places: Places
) -> None:
    local = joins("local", "administrator", organisation_id=places.organisation_id)
    second = joins("second", "approver", organisation_id=places.organisation_id)
    approval = agreed(second, asked(local, mira))
    Grant.objects.create(user=mira, role="administrator")
    approvals.carry_out_due(in_hours(1000))
    approval.refresh_from_db()
    assert (approval.state, factors(mira)) == (ApprovalState.FAILED, 1)


def test_its_owner_gets_a_letter(
    administrator: User, mira: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    mira.email, mira.language = "mira@mod.example", "en"
    mira.save()
    changed = replace(settings.NODE, smtp_host="mail.example", mail_from="node@mod.example")
    monkeypatch.setattr(settings, "NODE", changed)
    with django_capture_on_commit_callbacks(execute=True):
        asked(administrator, mira)
    [letter] = mail.outbox
    assert letter.to == ["mira@mod.example"]
    assert "24 hours" in letter.body


def test_who_may_ask(
    administrator: User, officer: User, auditor: User, mira: User, joins: Callable[..., User], places: Places
) -> None:
    team = joins("team-admin", "administrator", organisation_id=places.organisation_id)
    stranger = joins("other-admin", "administrator", organisation_id=places.other_organisation_id)
    for nobody in (officer, auditor):
        with pytest.raises(PermissionDenied):
            asked(nobody, mira)
    with pytest.raises(ObjectDoesNotExist):
        asked(stranger, mira)
    with_factor(administrator)
    with pytest.raises(Refused, match="approval_of_oneself"):
        asked(administrator, administrator)
    with pytest.raises(ObjectDoesNotExist):
        asked(team, administrator)
    with pytest.raises(Refused, match="no_second_factor"):
        asked(administrator, officer)
    assert asked(team, mira).state == ApprovalState.ASKED


def test_the_place_of_somebody_holds_all_their_roles(storekeeper: User, places: Places) -> None:
    place_of = emergency.ResetSecondFactor().scope
    whose = {"user_id": storekeeper.pk}
    assert place_of(whose) == Place(site_id=places.site_id)
    Grant.objects.create(user=storekeeper, role="technical_officer", organisation_id=places.organisation_id)
    assert place_of(whose) == Place(organisation_id=places.organisation_id)
    Grant.objects.create(user=storekeeper, role="storekeeper", site_id=places.other_site_id)
    assert place_of(whose) == NODE
    Grant.objects.filter(user=storekeeper).delete()
    assert place_of(whose) == NODE


def test_the_page_asks_and_shows_who_can_approve(
    administrator: User, approver: User, mira: User, officer: User, client_of: Callable[[User], Client]
) -> None:
    address = f"/people/{mira.pk}/second-factor/"
    page = client_of(administrator).get(address).content.decode()
    assert approver.username in page
    assert 'name="emergency"' not in page
    assert client_of(administrator).post(address, {"reason": ""}).status_code == 400
    assert client_of(officer).get(address).status_code == 403
    assert client_of(administrator).get("/people/999999/second-factor/").status_code == 404
    answer = client_of(administrator).post(address, {"reason": "Lost telephone", "reason_language": "en"})
    approval = Approval.objects.get()
    assert answer["Location"] == f"/approvals/{approval.pk}/"
    assert (approval.person, approval.reason) == (mira, "Lost telephone")


def test_the_command_line_waits_as_long_and_everybody_who_watches_is_told(
    administrator: User, approver: User, auditor: User, officer: User, mira: User
) -> None:
    approval = emergency.reset_at_console(username=mira.username)
    assert approval.effective_at is not None
    assert timedelta(hours=23) < approval.effective_at - timezone.now() <= timedelta(hours=24)
    for watcher in (administrator, approver, auditor, mira):
        assert f"/approvals/{approval.pk}/" in {notice.address for notice in notices.of(watcher)}, watcher
    assert not list(notices.of(officer))
    approvals.carry_out_due(approval.effective_at)
    assert factors(mira) == 0
    with pytest.raises(Refused, match="bad_option"):
        emergency.reset_at_console(username="nobody")


def test_what_the_command_line_asked_can_be_refused(approver: User, mira: User) -> None:
    approval = emergency.reset_at_console(username=mira.username)
    agreed(approver, approval, approve=False)
    approvals.carry_out_due(in_hours(1000))
    assert factors(mira) == 1


# Two-person stations and break-glass.


def test_the_only_other_person_with_the_right_is_the_second_person(
    administrator: User, approver: User, joins: Callable[..., User], places: Places
) -> None:
    joins("officer", "technical_officer", organisation_id=places.organisation_id)
    assert second_people(administrator, "approve_grants") == [approver]
    assert second_people(None, "approve_grants") == [administrator, approver]
    local = joins("local", "approver", organisation_id=places.organisation_id)
    assert second_people(administrator, "approve_grants") == [approver]
    assert second_people(administrator, "approve_grants", site_id=places.site_id) == [approver, local]
    assert second_people(administrator, "approve_grants", site_id=places.other_site_id) == [approver]
    approver.is_active = False
    approver.save()
    assert second_people(administrator, "approve_grants") == []


def test_no_emergency_while_there_is_a_second_person(administrator: User, approver: User, mira: User) -> None:
    with pytest.raises(Refused, match="second_person_there") as refused:
        asked(administrator, mira, emergency=True)
    assert approver.username in str(refused.value.numbers["names"])
    assert not Approval.objects.exists()
    assert Entry.objects.filter(act="approval.ask", outcome="refused", actor=administrator.pseudonym).exists()


def test_an_emergency_waits_is_shown_to_who_watches_and_then_takes_effect(
    administrator: User, auditor: User, officer: User, mira: User, client_of: Callable[[User], Client]
) -> None:
    address = f"/people/{mira.pk}/second-factor/"
    assert 'name="emergency"' in client_of(administrator).get(address).content.decode()
    approval = asked(administrator, mira, emergency=True)
    assert approval.effective_at is not None
    page = client_of(auditor).get("/").content.decode()
    assert "Without a second person" in page
    assert f'href="/approvals/{approval.pk}/"' in page
    assert "Without a second person" not in client_of(officer).get("/").content.decode()
    approvals.carry_out_due(approval.effective_at - timedelta(seconds=1))
    assert factors(mira) == 1
    approvals.carry_out_due(approval.effective_at)
    assert factors(mira) == 0
    acts = set(Entry.objects.filter(row_id=str(approval.pk)).values_list("act", flat=True))
    assert {"approval.ask", "approval.carry_out"} <= acts
    assert "Without a second person" not in client_of(auditor).get("/").content.decode()


def test_an_emergency_is_refused_by_who_comes_to_have_the_right(administrator: User, mira: User) -> None:
    approval = asked(administrator, mira, emergency=True)
    agreed(somebody("new-approver", "approver"), approval, approve=False)
    approvals.carry_out_due(in_hours(1000))
    assert factors(mira) == 1


def test_whom_an_emergency_concerns_can_refuse_it(
    administrator: User, approver: User, client_of: Callable[[User], Client]
) -> None:
    given = {"user_id": approver.pk, "email": "thief@example.org", "reason": "She is away.", "emergency": True}
    approval = services.ask_email(actor=administrator, session=HERE, **given)
    page = client_of(approver).get(f"/approvals/{approval.pk}/").content.decode()
    assert 'value="refuse"' in page
    assert 'value="approve"' not in page
    with pytest.raises(Refused, match="approval_of_oneself"):
        agreed(approver, approval)
    assert agreed(approver, approval, approve=False).state == ApprovalState.REFUSED
    approvals.carry_out_due(in_hours(1000))
    approver.refresh_from_db()
    assert approver.email == ""


def test_a_name_in_a_notice_is_text(client_of: Callable[[User], Client], auditor: User) -> None:
    evil = with_factor(somebody("<script>alert(1)</script>", "storekeeper"))
    emergency.reset_at_console(username=evil.username)
    page = client_of(auditor).get("/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
