"""Who sends or fetches too much in a minute waits; looking at pages has no limit."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client, RequestFactory

from rasr.node.config import NodeConfig
from rasr.node.people.models import User
from rasr.node.web import limits
from rasr.node.web.nofiles import takes_files

ELSEWHERE = "192.0.2.7"
CHOICE = {"language": "mk"}


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Three forms and two files, in a minute that does not end during the test."""
    settings.NODE = replace(settings.NODE, writes_per_minute=3, files_per_minute=2)
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_010.0)


def statuses(client: Client, times: int, path: str = "/settings/choose/", **data: Any) -> list[int]:
    """Of as many forms."""
    return [client.post(path, data or CHOICE).status_code for _ in range(times)]


def test_after_so_many_forms_one_waits(client_of: Callable[[User], Client], planner: User, officer: User) -> None:
    client = client_of(planner)
    assert statuses(client, 4) == [302, 302, 302, 429]
    answer = client.post("/settings/choose/", CHOICE)
    assert 0 < int(answer["Retry-After"]) <= 60
    assert client.get("/sites/").status_code == 200, "pages can be looked at all the same"
    assert statuses(client_of(planner), 1) == [429], "another browser is the same user"
    assert statuses(client_of(officer), 1) == [302], "another user is not"


def test_the_page_is_in_the_language_of_the_user(client_of: Callable[[User], Client], planner: User) -> None:
    planner.language = "mk"
    planner.save()
    client = client_of(planner)
    page = [client.post("/settings/choose/", CHOICE) for _ in range(4)][-1]
    assert page.status_code == 429
    assert 'lang="mk"' in page.content.decode()


def test_after_a_minute_one_may_again(
    client_of: Callable[[User], Client], planner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(planner)
    assert statuses(client, 4)[-1] == 429
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_070.0)
    assert statuses(client, 1) == [302]


def test_files_have_a_limit_of_their_own(client_of: Callable[[User], Client], planner: User) -> None:
    client = client_of(planner)
    for path in ("/stock/?export=csv", "/register/register.xlsx"):
        with closing(client.get(path)) as answer:
            assert answer.status_code == 200
    assert client.get("/sites/?export=xlsx").status_code == 429
    assert client.get("/sites/").status_code == 200
    assert statuses(client, 1) == [302]


@pytest.mark.django_db
def test_who_is_not_signed_in_is_counted_by_address() -> None:
    there = Client(REMOTE_ADDR=ELSEWHERE)
    assert statuses(there, 4) == [302, 302, 302, 429]
    assert statuses(Client(REMOTE_ADDR="192.0.2.8"), 1) == [302]
    here = Client(REMOTE_ADDR="127.0.0.1")
    assert statuses(here, 5) == [302] * 5, "as which everybody comes where TLS ends in front of the node"


def test_what_is_counted_as_what() -> None:
    @takes_files
    def upload() -> None: ...

    def other() -> None: ...

    make = RequestFactory()
    assert limits.kind_of(make.post("/uploads/new/"), upload) == "file"
    assert limits.kind_of(make.get("/uploads/new/"), upload) is None
    assert limits.kind_of(make.post("/x/"), other) == "write"
    assert limits.kind_of(make.delete("/x/"), other) == "write"
    assert limits.kind_of(make.get("/register/register.xlsx"), other) == "file"
    assert limits.kind_of(make.get("/stock/?q=rifle"), other) is None


def test_the_numbers_are_settings_of_the_node() -> None:
    given = NodeConfig.read({"RASR_WRITES_PER_MINUTE": "7", "RASR_FILES_PER_MINUTE": "8"})
    assert (given.writes_per_minute, given.files_per_minute) == (7, 8)
    assert (limits.most("write"), limits.most("file")) == (3, 2)
