"""Home and lists of a node into which nothing was loaded yet."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.node.conftest import somebody

from rasr.node.people.models import User

Browser = Callable[[User], Client]
pytestmark = pytest.mark.django_db


def test_planner_is_told_what_to_do_first(client_of: Browser) -> None:
    answer = client_of(somebody("first", "planner")).get("/")
    page = answer.content.decode()
    assert answer.context["home"].empty
    assert "/uploads/template.xlsx" in page
    assert "The register is empty" in page


def test_others_are_told_whom_to_wait_for(client_of: Browser) -> None:
    for role in ("auditor", "administrator"):
        page = client_of(somebody(role, role)).get("/").content.decode()
        assert "planner" in page
        assert "/uploads/template.xlsx" not in page


def test_lists_are_empty(client_of: Browser) -> None:
    client = client_of(somebody("first", "planner"))
    for page in ("/sites/", "/stores/"):
        assert client.get(page).context["table"].paginator.count == 0
    assert client.get("/map.json").json() == {"sites": []}
