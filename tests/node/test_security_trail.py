"""Attempts to go round a measure stand on the trail: a form without its token, and more than a minute allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from rasr.node.people.models import Entry, User
from rasr.node.web import limits

CHOICE = {"language": "mk"}


def refused() -> list[tuple[str, int, str]]:
    """Who was refused, with which status, on which page; in order."""
    entries = Entry.objects.filter(act="request.refuse").order_by("pk")
    return [(entry.actor, entry.after["status"], entry.after["page"]) for entry in entries]


def test_a_form_without_its_token(planner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(planner)
    assert client.post("/settings/choose/", CHOICE).status_code == 403
    assert refused() == [(planner.pseudonym, 403, "people:choose")]


@pytest.mark.django_db
def test_a_form_of_a_stranger_without_its_token_once_a_minute() -> None:
    client = Client(enforce_csrf_checks=True, REMOTE_ADDR="192.0.2.7")
    for _ in range(3):
        assert client.post("/sign-in/", {"login": "anna", "password": "anna"}).status_code == 403
    assert refused() == [("nobody", 403, "people:sign-in")]


def test_more_than_a_minute_allows_once_a_minute(
    client_of: Callable[[User], Client], planner: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_010.0)  # a minute that does not end meanwhile
    settings.NODE = replace(settings.NODE, writes_per_minute=1)
    client = client_of(planner)
    assert [client.post("/settings/choose/", CHOICE).status_code for _ in range(4)] == [302, 429, 429, 429]
    assert refused() == [(planner.pseudonym, 429, "people:choose")]
