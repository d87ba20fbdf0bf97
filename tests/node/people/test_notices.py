"""What is done at the command line of the machine is told to everybody who watches over accounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from tests.node.conftest import somebody

from rasr.node.people import notices, services
from rasr.node.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def first() -> User:
    """The first administrator of a node on which nobody was before."""
    return services.add_user(username="first", password="x", role="administrator", check_password=False)


def test_the_first_account_is_made_quietly_and_later_ones_are_told_for_a_week(first: User) -> None:
    assert not list(notices.of(first))
    auditor, planner, second = (somebody(role, role) for role in ("auditor", "planner", "administrator"))
    [told] = notices.of(first)
    assert (told.level, told.address) == ("warning", f"/people/{second.pk}/")
    assert "3 acts" in told.text
    assert [notice.address for notice in notices.of(auditor)] == ["/trail/?who=console"]
    assert list(notices.of(second))
    assert not list(notices.of(planner))


def test_after_a_week_the_notice_is_gone(first: User, monkeypatch: pytest.MonkeyPatch) -> None:
    somebody("second", "administrator")
    assert list(notices.of(first))
    monkeypatch.setattr(notices, "LOUD_FOR", timedelta(seconds=0))
    assert not list(notices.of(first))


def test_passwords_and_closed_accounts_are_told_too(first: User) -> None:
    second = somebody("second", "planner")
    services.set_password(username="second", password="Nine-1-horses-graze")
    services.deactivate(actor=None, user_id=second.pk, reason="")
    [told] = notices.of(first)
    assert "3 acts" in told.text
    assert "Account closed" in told.text


def test_a_demo_whose_accounts_are_made_so_says_nothing(first: User, monkeypatch: pytest.MonkeyPatch) -> None:
    somebody("second", "administrator")
    monkeypatch.setattr(settings, "NODE", replace(settings.NODE, mode="demo"))
    assert not list(notices.of(first))
