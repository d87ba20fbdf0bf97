"""The pages of people and approvals, as who manages, who decides, who watches and a stranger use them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from tests.node.conftest import Places, somebody
from tests.node.people.four_eyes import Crew, crew

from rasr.node.people import services
from rasr.node.people.models import Approval, Entry, User

pytestmark = pytest.mark.django_db
Browser = Callable[[User], Client]


@pytest.fixture
def people(joins: Callable[..., User], places: Places) -> Crew:
    """Who works together here, on the small region."""
    assert joins
    User.objects.filter(username="loader").update(email="loader@example.org")
    made = crew(places)
    User.objects.filter(pk=made.keeper.pk).update(first_name="Ana Krasniqi", email="ana@example.org", sex="female")
    return made


def page(client: Client, address: str, status: int = 200) -> str:
    """What is shown there."""
    answer = client.get(address)
    assert answer.status_code == status
    return "" if answer.streaming else answer.content.decode()


def file(client: Client, address: str) -> str:
    """A file from there."""
    return b"".join(client.get(address)).decode()


def test_from_asking_to_the_role(people: Crew, client_of: Browser) -> None:
    owner, mate = client_of(people.owner), client_of(people.mate)
    assert "Ana Krasniqi" in page(owner, "/people/")
    give = f"/people/{people.keeper.pk}/roles/give/"
    assert "until a second person has looked at it" in page(owner, give)
    asked = owner.post(
        give, {"role": "technical_officer", "place": people.site.code, "reason": "Moves.", "reason_language": "en"}
    )
    assert asked.status_code == 302
    address = asked["Location"]
    assert "mate" in page(owner, address), "who can decide is said"
    assert 'id="approve"' not in page(owner, address)
    assert "Waits for your decision" in page(mate, "/")
    assert '<span class="nav-count">1<' in page(mate, "/approvals/")
    shown = page(mate, address)
    assert "Ammunition technical officer (" in shown
    digest = re.search(r'name="digest" value="(\w+)"', shown)
    assert digest is not None
    sent = {"decision": "approve", "digest": digest[1], "reason": "Zgodi se.", "reason_language": "sl"}
    assert mate.post(f"{address}decide/", sent).status_code == 302
    assert len(people.roles()) == 2
    assert "Zgodi se." in page(mate, address)
    assert '<span class="nav-count">' not in page(mate, "/approvals/")
    again = mate.post(f"{address}decide/", sent)
    assert (again.status_code, "decided already" in again.content.decode()) == (400, True)


def test_the_approver_must_have_seen_what_is_now(people: Crew, client_of: Browser) -> None:
    asked, mate = people.ask(), client_of(people.mate)
    people.keeper.grants.all().delete()
    sent = {"decision": "approve", "digest": asked.digest, "reason": "Seen."}
    answer = mate.post(f"/approvals/{asked.pk}/decide/", sent)
    assert answer.status_code == 400
    told = answer.content.decode()
    assert "It has changed since you looked" in told
    assert 'value="Seen."' in told or ">Seen.<" in told.replace("\n", ""), "what was written is kept"
    assert not people.roles()


def test_a_stranger_meets_nothing(people: Crew, client_of: Browser) -> None:
    asked, stranger = people.ask(), client_of(people.stranger)
    person = f"/people/{people.keeper.pk}/"
    grant = people.keeper.grants.get().pk
    parts = ("", "facts/", "email/", "close/", "open/", "roles/give/", f"roles/{grant}/take/", "second-factor/")
    for address in (*(person + part for part in parts), f"/approvals/{asked.pk}/"):
        assert stranger.get(address).status_code == 404, address
    for address in (*(person + part for part in (*parts[1:7], "sessions/end/")), f"/approvals/{asked.pk}/decide/"):
        answer = stranger.post(address, {"reason": "x", "decision": "refuse", "digest": "x", "role": "planner"})
        assert answer.status_code == 404, address
    refusals = Entry.objects.filter(act="request.refuse", actor=people.stranger.pseudonym)
    assert refusals.filter(after__method="POST").count() == 8
    assert "Ana Krasniqi" not in page(stranger, "/people/")


def test_a_crafted_place_is_not_found_and_on_the_trail(people: Crew, client_of: Browser) -> None:
    owner = client_of(people.owner)
    for place in (people.other_site.code, "node", "organisation:none", "x", "site:"):
        sent = {"role": "planner", "place": place, "reason": "x"}
        assert owner.post(f"/people/{people.keeper.pk}/roles/give/", sent).status_code == 404
    theirs = somebody("theirs", "storekeeper", site_id=people.places.other_site_id).grants.get().pk
    sent = {"role": "planner", "place": people.site.code, "reason": "x", "instead_of": str(theirs)}
    assert owner.post(f"/people/{people.keeper.pk}/roles/give/", sent).status_code == 404
    assert owner.post(f"/people/{people.keeper.pk}/roles/{theirs}/take/", {"reason": "x"}).status_code == 404
    assert Entry.objects.filter(act="request.refuse", actor=people.owner.pseudonym).count() == 7
    assert not Approval.objects.exists()
    offered = page(owner, f"/people/{people.keeper.pk}/roles/give/")
    assert people.places.other_site_id not in offered
    assert people.site.code in offered


def test_for_oneself_nothing_is_offered_and_nothing_done(people: Crew, client_of: Browser) -> None:
    owner = client_of(people.owner)
    own = f"/people/{people.owner.pk}/"
    shown = page(owner, own)
    assert "This is you." in shown
    assert "roles/give" not in shown
    assert "Take away" not in shown
    sent = {"role": "planner", "place": people.site.code, "reason": "x"}
    asked = owner.post(f"{own}roles/give/", sent)
    assert (asked.status_code, "concerns themselves" in asked.content.decode()) == (400, True)
    assert owner.post(f"{own}close/", {"reason": "x"}).status_code == 400
    taken = owner.post(f"{own}roles/{people.owner.grants.get().pk}/take/", {"reason": "x"})
    assert taken.status_code == 400
    tried = Entry.objects.filter(actor=people.owner.pseudonym, outcome="refused").values_list("act", flat=True)
    assert sorted(set(tried) - {"request.refuse"}) == ["approval.ask", "grant.take", "user.deactivate"]


def test_taking_away_closing_and_facts(people: Crew, client_of: Browser) -> None:
    owner = client_of(people.owner)
    person = f"/people/{people.keeper.pk}/"
    assert "ends at once" in page(owner, f"{person}roles/{people.keeper.grants.get().pk}/take/")
    facts = {"name": "Ana", "sex": "not_recorded", "institution": "police"}
    assert owner.post(f"{person}facts/", facts).status_code == 302
    taken = owner.post(f"{person}roles/{people.keeper.grants.get().pk}/take/", {"reason": "Left."})
    assert taken.status_code == 302
    assert owner.post(f"{person}close/", {"reason": ""}).status_code == 400
    assert owner.post(f"{person}close/", {"reason": "Left."}).status_code == 302
    people.keeper.refresh_from_db()
    assert (people.keeper.is_active, people.keeper.institution) == (False, "police")
    assert "This account is closed" in page(owner, person)
    # without any role only who manages the whole node may ask to open it
    assert owner.post(f"{person}open/", {"reason": "Back."}).status_code == 404
    assert client_of(people.chief).post(f"{person}open/", {"reason": "Back."}).status_code == 302


@pytest.mark.parametrize(("who", "told"), [("owner", True), ("chief", True), ("watcher", False)])
def test_addresses_are_for_who_manages(people: Crew, client_of: Browser, who: str, told: bool) -> None:
    actor = somebody("watcher", "auditor") if who == "watcher" else getattr(people, who)
    client = client_of(actor)
    assert ("ana@example.org" in file(client, "/people/?export=csv")) is told
    assert ("ana@example.org" in page(client, f"/people/{people.keeper.pk}/")) is told
    assert ("loader@example.org" in file(client, "/people/?export=csv")) is (who == "chief")


def test_who_watches_sees_everybody_and_changes_nothing(people: Crew, client_of: Browser) -> None:
    asked, watcher = people.ask(), client_of(somebody("watcher", "auditor"))
    shown = page(watcher, f"/people/{people.keeper.pk}/")
    assert "roles/give" not in shown
    assert "Close the account" not in shown
    assert watcher.get(f"/people/{people.keeper.pk}/roles/give/").status_code == 403
    assert 'id="refuse"' not in page(watcher, f"/approvals/{asked.pk}/")
    sent = {"decision": "refuse", "digest": "x", "reason": "x"}
    assert watcher.post(f"/approvals/{asked.pk}/decide/", sent).status_code == 403


@pytest.mark.parametrize("address", ["/people/", "/people/figures/"])
def test_who_does_not_manage_has_no_list(people: Crew, client_of: Browser, address: str) -> None:
    for actor in (people.mate, people.keeper):
        assert client_of(actor).get(address).status_code == 403
    assert client_of(people.keeper).get("/approvals/").status_code == 200, "empty, but what concerns one can be read"


def test_the_list_is_filtered_and_sorted(people: Crew, client_of: Browser) -> None:
    chief = client_of(people.chief)

    def listed(query: str) -> list[str]:
        return [row["username"] for row in chief.get(f"/people/?{query}").context["table"].data.data.values("username")]

    assert listed("role=storekeeper") == ["keeper"]
    assert listed("role=none") == []
    assert listed("sex=female") == ["keeper"]
    assert set(listed("account=no")) == set()
    assert "keeper" not in listed("factor=yes")
    assert listed("q=krasniqi") == ["keeper"]
    for order in ("name", "-name", "last_login", "-last_login", "institution", "sex", "has_factor", "is_active"):
        assert len(listed(f"sort={order}")) == 6, order


def test_figures_can_be_taken_along(people: Crew, client_of: Browser) -> None:
    rows = file(client_of(people.owner), "/people/figures/?export=csv").splitlines()
    assert rows[0].strip("\ufeff") == "role,institution,female,male,not_recorded,together"
    assert "Storekeeper,Not recorded,1,0,0,1" in rows
    assert "Everybody" in page(client_of(people.owner), "/people/figures/")


def test_the_emergency_box_is_there_only_where_nobody_else_is(people: Crew, client_of: Browser) -> None:
    chief = client_of(people.chief)
    give = f"/people/{people.keeper.pk}/roles/give/"
    assert "emergency" in page(chief, give), "nobody else covers the whole node"
    sent = {"role": "planner", "place": people.site.code, "reason": "x", "emergency": "on"}
    answer = chief.post(give, sent)
    assert (answer.status_code, "mate" in answer.content.decode()) == (400, True)
    assert chief.post(give, {**sent, "place": "node"}).status_code == 302
    assert Approval.objects.get().emergency
    somebody("other-chief", "approver")
    assert 'name="emergency"' not in page(chief, give)


def test_what_was_asked_can_be_taken_back_on_its_page(people: Crew, client_of: Browser) -> None:
    asked = people.ask()
    assert client_of(people.mate).post(f"/approvals/{asked.pk}/withdraw/").status_code == 404
    owner = client_of(people.owner)
    assert 'id="withdraw"' in page(owner, f"/approvals/{asked.pk}/")
    assert owner.post(f"/approvals/{asked.pk}/withdraw/").status_code == 302
    assert "Withdrawn" in page(owner, f"/approvals/{asked.pk}/")


def test_the_lists_ask_as_often_whatever_their_length(
    people: Crew, client_of: Browser, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(20):
        person = somebody(f"p{number}", "storekeeper", site_id=people.places.site_id)
        services.ask_grant(
            actor=people.owner, session="s", user_id=person.pk, role="auditor", place=people.site, reason="x"
        )
    client = client_of(people.chief)
    for address, most in (("/people/", 14), ("/approvals/", 14), ("/", 20)):
        client.get(address)
        with django_assert_max_num_queries(most):
            client.get(address)
