"""Of a person's page every link and button leads somewhere: nothing is offered that the reader may not do."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from tests.node.conftest import somebody
from tests.node.people.four_eyes import Crew

from rasr.node.people import services
from rasr.node.people.models import Grant, User

pytestmark = pytest.mark.django_db
Browser = Callable[[User], Client]
SENT = {
    "reason": "So.", "reason_language": "en", "email": "new@example.org", "role": "planner", "sure": "on",
    "sex": "female", "institution": "police",
}  # fmt: skip
ACTS = ("facts", "email", "close", "open", "second-factor", "erase", "roles/give", "take", "sessions/end")


def somebody_without_a_role(name: str) -> User:
    """As who has just joined."""
    return services.add_user(username=name, password=name, check_password=False)


@pytest.fixture
def met(people: Crew) -> dict[str, User]:
    """People as the administrator of one ministry, or of one site, meets them."""
    new, gone = somebody_without_a_role("new"), somebody_without_a_role("gone")
    services.deactivate(actor=None, user_id=gone.pk, reason="")
    closed = somebody("closed", "storekeeper", site_id=people.places.site_id)
    services.deactivate(actor=None, user_id=closed.pk, reason="")
    both = somebody("both", "storekeeper", site_id=people.places.site_id)
    Grant.objects.create(user=both, role="storekeeper", site_id=people.places.other_site_id)
    wide = somebody("wide", "storekeeper", site_id=people.places.site_id)
    Grant.objects.create(user=wide, role="technical_officer", organisation_id=people.places.organisation_id)
    found = {"keeper": people.keeper, "new": new, "gone": gone, "closed": closed, "both": both, "wide": wide}
    for each in found.values():
        Authenticator.objects.create(user=each, type=Authenticator.Type.TOTP, data={"secret": "x"})
    return found


def offered(client: Client, person: User) -> set[str]:
    """The addresses about a person to which links and forms of the page lead."""
    shown = client.get(f"/people/{person.pk}/").content.decode()
    main = shown[shown.index("<main") : shown.index("</main>")]
    found = re.findall(rf'(?:href|action)="(/(?:people/{person.pk}|history)/[^"]+)"', main)
    return set(found)


def named(addresses: set[str]) -> set[str]:
    """What is offered there, of ``ACTS``."""
    return {act for act in ACTS for address in addresses if address.endswith(f"/{act}/")}


OF_ONE = {"facts", "close", "erase", "sessions/end", "roles/give"}
"""What is done at once, and roles."""
WHOLE = {"facts", "email", "close", "second-factor", "erase", "roles/give", "sessions/end", "take"}
EXPECTED = {
    "organisation": {
        "keeper": WHOLE,
        "new": OF_ONE,
        "gone": {"facts", "erase"},
        "closed": {"facts", "open", "erase", "take"},
        "both": {"roles/give", "take"},
        "wide": WHOLE,
    },
    "site": {
        "keeper": WHOLE,
        "new": OF_ONE,
        "gone": {"facts", "erase"},
        "closed": {"facts", "open", "erase", "take"},
        "both": {"roles/give", "take"},
        "wide": {"roles/give", "take"},
    },
    "node": {
        "keeper": WHOLE,
        "new": WHOLE - {"take"},
        "gone": {"facts", "open", "erase"},
        "closed": {"facts", "open", "erase", "take"},
        "both": WHOLE,
        "wide": WHOLE,
    },
}


@pytest.fixture(params=EXPECTED)
def actor(request: pytest.FixtureRequest, people: Crew) -> tuple[str, User]:
    """Who manages one ministry, one site, or all."""
    at = str(request.param)
    of_site = somebody("of-site", "administrator", site_id=people.places.site_id)
    return at, {"organisation": people.owner, "site": of_site, "node": people.chief}[at]


def test_what_is_offered_can_be_done(
    met: dict[str, User], actor: tuple[str, User], people: Crew, client_of: Browser
) -> None:
    at, who = actor
    client = client_of(who)
    found = {name: offered(client, person) for name, person in met.items()}
    assert {name: named(addresses) for name, addresses in found.items()} == EXPECTED[at]
    for name in met:
        # what ends something comes last
        addresses = sorted(found[name], key=lambda one: [f"/{act}/" in one for act in ("erase", "close", "take")])
        for address in addresses:
            if not address.endswith("/sessions/end/"):
                assert client.get(address).status_code == 200, address
        for address in addresses:
            if not address.startswith("/history/"):
                sent = SENT | {"place": people.site.code, "email": f"{name}@example.org"}
                assert client.post(address, sent).status_code == 302, address


def test_what_is_not_offered_is_not_found_or_refused(met: dict[str, User], people: Crew, client_of: Browser) -> None:
    client = client_of(people.owner)
    for address in (
        f"/people/{met['new'].pk}/email/",
        f"/people/{met['new'].pk}/second-factor/",
        f"/people/{met['gone'].pk}/open/",
        f"/people/{met['both'].pk}/email/",
    ):
        for answer in (client.get(address), client.post(address, SENT)):
            assert answer.status_code == 404, address


def test_who_also_watches_takes_away_only_what_is_theirs(people: Crew, client_of: Browser) -> None:
    """An auditor sees every role; one who also manages a ministry takes away those of that ministry."""
    Grant.objects.create(user=people.owner, role="auditor")
    both = somebody("both", "storekeeper", site_id=people.places.site_id)
    theirs = Grant.objects.create(user=both, role="storekeeper", site_id=people.places.other_site_id)
    client = client_of(User.objects.get(pk=people.owner.pk))
    ours = both.grants.exclude(pk=theirs.pk).get()
    taking = {address for address in offered(client, both) if address.endswith("/take/")}
    assert taking == {f"/people/{both.pk}/roles/{ours.pk}/take/"}
    assert client.get(f"/people/{both.pk}/roles/{theirs.pk}/take/").status_code == 404
