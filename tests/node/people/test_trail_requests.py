"""What every request leaves on the trail: refusals, files, looks; and that without the trail there is no answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from tests.node.conftest import Places

from rasr.node.people import trail
from rasr.node.people.choices import Outcome
from rasr.node.people.models import Entry, User

Browser = Callable[[User], Client]


def acts(somebody: User) -> list[str]:
    """What somebody left on the trail, in order, without signing in."""
    own = Entry.objects.filter(actor=somebody.pseudonym).exclude(act="user.sign_in")
    return list(own.order_by("at", "entry_id").values_list("act", flat=True))


def last() -> Entry:
    return Entry.objects.latest("at", "entry_id")


# Refused.


def test_a_crafted_id_of_another_organisation_is_not_found_and_on_the_trail(
    client_of: Browser, storekeeper: User, stranger: User, officer: User, places: Places
) -> None:
    for somebody, status in ((storekeeper, 404), (stranger, 200), (officer, 404)):
        answer = client_of(somebody).get(reverse("desk:site", args=[places.other_site_id]))
        assert answer.status_code == status
    assert (acts(stranger), acts(storekeeper)) == ([], ["request.refuse"])
    entry = Entry.objects.get(actor=storekeeper.pseudonym, act="request.refuse")
    assert (entry.table, entry.row_id, entry.outcome) == ("places_site", places.other_site_id, Outcome.REFUSED)
    assert entry.after == {
        "page": "desk:site", "method": "GET", "status": 404, "ids": {"site_id": places.other_site_id},
    }  # fmt: skip
    assert len(entry.session) == 16
    assert len(entry.request_id) == 32


@pytest.mark.parametrize("page", ["desk:sites", "desk:stores", "records:stock"])
def test_a_filter_that_names_another_organisation_is_not_found(
    client_of: Browser, officer: User, places: Places, page: str
) -> None:
    client = client_of(officer)
    answer = client.get(reverse(page), {"organisation": places.other_organisation_id})
    assert answer.status_code == 404
    assert acts(officer) == ["request.refuse"]
    assert last().after["query"] == f"organisation={places.other_organisation_id}"
    assert client.get(reverse(page)).status_code == 200, "what is refused is not remembered"


def test_who_lacks_the_right_is_refused_on_the_trail(client_of: Browser, storekeeper: User) -> None:
    client = client_of(storekeeper)
    assert client.get(reverse("records:uploads")).status_code == 403
    assert client.post(reverse("assessment:start")).status_code == 403
    assert client.get(reverse("assessment:start")).status_code == 405
    assert [entry.after["status"] for entry in Entry.objects.filter(act="request.refuse").order_by("at")] == [
        403, 403, 405,
    ]  # fmt: skip


def test_an_address_that_is_none_leaves_nothing(client_of: Browser, planner: User) -> None:
    assert client_of(planner).get("/no/such/page/").status_code == 404
    assert acts(planner) == []


def test_a_choice_that_was_not_offered_is_a_refusal(client_of: Browser, planner: User) -> None:
    answer = client_of(planner).post(reverse("people:settings"), {"language": "xx", "theme": "dark"})
    assert answer.status_code == 404
    assert acts(planner) == ["request.refuse"]


@pytest.mark.django_db
def test_who_is_not_signed_in_fills_no_disk() -> None:
    client = Client(enforce_csrf_checks=True)
    for _ in range(5):
        assert client.post(reverse("people:choose"), {"language": "en"}).status_code == 403
    entry = Entry.objects.get(act="request.refuse")
    assert (entry.actor, entry.after["status"]) == (trail.NOBODY, 403)
    assert client.get(reverse("desk:home")).status_code == 302
    assert Entry.objects.filter(act="request.refuse").count() == 1


# Files and looks.


def test_a_file_taken_along_is_on_the_trail(client_of: Browser, officer: User) -> None:
    answer = client_of(officer).get(reverse("desk:stores"), {"export": "csv"})
    rows = len(b"".join(answer).splitlines()) - 1
    assert acts(officer) == ["export.make"]
    told = last().after
    assert (told["page"], told["name"], told["rows"], told["form"]) == ("desk:stores", "stores", rows, "csv")


def test_every_look_of_an_auditor_is_on_the_trail(
    client_of: Browser, auditor: User, planner: User, places: Places
) -> None:
    pages = [reverse("desk:home"), reverse("desk:site", args=[places.site_id]), reverse("records:stock") + "?q=mortar"]
    for somebody in (auditor, planner):
        client = client_of(somebody)
        for page in pages:
            assert client.get(page).status_code == 200
    assert acts(planner) == []
    assert acts(auditor) == ["page.look"] * 3
    _, site, stock = Entry.objects.filter(act="page.look").order_by("at")
    assert (site.table, site.row_id) == ("places_site", places.site_id)
    assert stock.after["query"] == "q=mortar"


def test_settings_and_public_pages_are_no_looks(client_of: Browser, auditor: User) -> None:
    client = client_of(auditor)
    for page in ("people:settings", "host:trust", "host:live"):
        assert client.get(reverse(page)).status_code == 200
    assert acts(auditor) == []


def test_a_look_at_what_is_confidential_is_on_the_trail(
    client_of: Browser, storekeeper: User, officer: User, places: Places
) -> None:
    page = reverse("desk:site", args=[places.site_id])
    assert client_of(officer).get(page).status_code == 200
    confidential(places.site_id)
    for somebody in (storekeeper, officer):
        assert client_of(somebody).get(page).status_code == 200
    assert (acts(officer), acts(storekeeper)) == (["page.look"], ["page.look"])
    assert last().after["mark"] == 2


def confidential(site_id: str) -> None:
    from rasr.node.places.models import Site  # models are there only once Django is set up

    Site.objects.filter(pk=site_id).update(mark=2)


# No trail, no answer.


@contextmanager
def full_disk() -> Iterator[None]:
    """The database takes no more rows of the trail, as on a disk that is full; all else it still does."""
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgresql:
            cursor.execute(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$"
            )
            cursor.execute(
                "CREATE TRIGGER full_disk BEFORE INSERT ON people_entry FOR EACH ROW EXECUTE FUNCTION full_disk()"
            )
        else:
            cursor.execute(
                "CREATE TRIGGER full_disk BEFORE INSERT ON people_entry BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
            )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER full_disk" + (" ON people_entry" if postgresql else ""))
            if postgresql:
                cursor.execute("DROP FUNCTION full_disk()")


def quiet(client: Client) -> Client:
    """A browser to which a fault is an answer."""
    client.raise_request_exception = False
    return client


def text_of(answer: HttpResponseBase) -> str:
    return b"".join(answer).decode() if answer.streaming else answer.content.decode()


def test_without_the_trail_nothing_is_shown_and_nothing_taken(
    client_of: Browser, auditor: User, planner: User, places: Places
) -> None:
    watched, other = quiet(client_of(auditor)), quiet(client_of(planner))
    site = reverse("desk:site", args=[places.site_id])
    name = text_of(watched.get(site)).partition("<h1")[2].partition("</h1>")[0].partition(">")[2].strip()
    assert name
    with full_disk():
        for client, page in (
            (watched, site),
            (other, reverse("desk:sites") + "?export=csv"),
            (other, "/sites/nowhere/"),
        ):
            answer = client.get(page)
            assert answer.status_code == 503, page
            assert name not in text_of(answer)
            assert answer["Retry-After"]
        assert other.get(site).status_code == 200, "what leaves no entry is shown"
    assert watched.get(site).status_code == 200


def test_without_the_trail_nothing_is_written(client_of: Browser, planner: User) -> None:
    client = quiet(client_of(planner))
    with full_disk():
        answer = client.post(reverse("people:settings"), {"language": "sq", "theme": "dark"})
        assert answer.status_code == 503
    planner.refresh_from_db()
    assert (planner.language, planner.theme) == ("", "auto")
    assert client.post(reverse("people:settings"), {"language": "sq", "theme": "dark"}).status_code == 302
    planner.refresh_from_db()
    assert planner.language == "sq"


@pytest.mark.django_db
def test_without_the_trail_nobody_signs_in(joins: Callable[..., User]) -> None:
    joins("eva", "planner")
    client = quiet(Client())
    with full_disk():
        answer = client.post(reverse("people:sign-in"), {"login": "eva", "username": "eva", "password": "eva"})
        assert answer.status_code == 503
    assert client.get(reverse("people:settings")).status_code == 302, "nobody is signed in"
