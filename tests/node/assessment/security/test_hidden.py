"""Who may not know of a visit learns nothing of it: no page, list, count, search or queue is other than without it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from tests.browser.walk import BY_POST, DATA, views
from tests.node.assessment.security import planted_visits as planted
from tests.node.conftest import Places

from rasr.node.assessment.security.urls import urlpatterns
from rasr.node.people.models import User
from rasr.node.places.models import Site

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]

OF_EACH_LOOK = re.compile(
    r'(?:value|content|nonce)="[\w=+/-]{20,}"|"X-CSRFToken": ?"\w+"|<code>[0-9a-f]{32}</code>|\d\d?:\d\d(?::\d\d)?'
)
"""Tokens, numbers of requests, and the time of the day."""
OWN_LOOKS = ("people:activity", "people:my-data", "people:my-data-file")
"""They tell who looks of their own looks, which this test itself makes more."""


@pytest.fixture
def other(joins: Callable[..., User], places: Places) -> User:
    """A planner of another organisation."""
    return joins("other", "planner", organisation_id=places.other_organisation_id)


def said(client: Client, address: str) -> tuple[int, str]:
    """What an address answers with, without what is other at each look."""
    answer = client.get(address)
    return answer.status_code, OF_EACH_LOOK.sub("", answer.content.decode())


def is_page(client: Client, address: str) -> bool:
    """Whether it can be read as text there."""
    answer = client.get(address)
    return answer.status_code == 200 and answer["Content-Type"].partition(";")[0] in ("text/html", "application/json")


def lists_and_pages(site_name: str) -> list[str]:
    """Every page whose address names no thing, each list of places also searched for the site."""
    found = [
        reverse(name)
        for name, given in sorted(views().items())
        if not given
        and name not in (*BY_POST, *DATA, *OWN_LOOKS)
        and not name.startswith(("api:", "account", "mfa", "people:join"))
    ]
    lists = ("desk:sites", "desk:stores", "assessment:security-list", "records:stock")
    searched = [f"{reverse(name)}?{urlencode({'q': site_name})}" for name in lists]
    return [*found, *searched, reverse("desk:map-data")]


def test_no_page_list_search_or_queue_says_other_than_without_it(
    other: User, officer: User, places: Places, client_of: ClientOf
) -> None:
    site = Site.objects.get(pk=places.site_id)
    theirs, client = lists_and_pages(site.name), client_of(other)
    seen = [address for address in theirs if is_page(client, address)]
    assert {"/", "/due/", "/sites/", "/security/", "/map.json"} <= set(seen)
    before = {address: said(client, address) for address in seen}
    made = planted.plant(officer, site.pk, "The gate sags.", usual=True)
    planted.phone(officer, made.visit)
    for address, then in before.items():
        assert said(client, address) == then, address
    for address in map(reverse, OWN_LOOKS):
        status, text = said(client, address)
        assert status == 200
        assert not {str(made.visit.pk), site.name} & set(re.split(r"[<>\"/]", text)), address
    mine = client_of(officer)
    searched = f"{reverse('assessment:security-list')}?{urlencode({'q': site.name})}"
    link = reverse("assessment:security-site", args=[site.pk])
    assert link in said(mine, searched)[1]
    assert link not in said(client, searched)[1]


def test_what_is_out_of_scope_is_answered_as_what_does_not_exist(
    other: User, officer: User, places: Places, client_of: ClientOf
) -> None:
    made = planted.plant(officer, places.site_id, "The gate sags.", usual=True)
    there: dict[str, Any] = {
        "site_id": places.site_id,
        "visit_id": made.visit.pk,
        "phone_id": planted.phone(officer, made.visit).pk,
        "photo_id": made.photograph.pk,
        "question_id": planted.asked(made.visit)[0],
    }
    absent = {name: uuid4() for name in there} | {"site_id": "no-such-site", "question_id": there["question_id"]}
    client, tried = client_of(other), 0
    for each in urlpatterns:
        names = list(each.pattern.regex.groupindex)
        if not names:
            continue
        answers = []
        for ids in (there, absent):
            address = reverse(f"assessment:{each.name}", kwargs={name: ids[name] for name in names})
            status, text = said(client, address)
            for told in (quote(address, safe=""), quote(address), address):
                text = text.replace(told, "")
            posted = client.post(address, planted.ANSWERS)
            answers.append((status, text, posted.status_code))
        assert answers[0] == answers[1], each.name
        tried += 1
    assert tried == len(urlpatterns) - 2
