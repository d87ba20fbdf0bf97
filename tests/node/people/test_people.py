"""People: who may know of whom, what is done at once, what is not one's own; and figures that hide nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied
from django.test import Client
from tests.node.conftest import somebody
from tests.node.people.four_eyes import Crew, refused

from rasr.node.people import queries, services
from rasr.node.people.models import Entry, Grant, User
from rasr.node.people.place import Place

pytestmark = pytest.mark.django_db


def names(actor: User) -> set[str]:
    """Whom somebody knows of."""
    return set(queries.people(actor).values_list("username", flat=True))


def test_who_knows_of_whom(people: Crew) -> None:
    somebody("theirs", "storekeeper", site_id=people.places.other_site_id)
    services.add_user(username="nobody-yet", password="x", check_password=False)
    everybody = {"loader", "owner", "mate", "stranger-of-both", "chief", "keeper", "theirs", "nobody-yet"}
    assert names(people.chief) == everybody
    assert names(people.owner) == {"owner", "mate", "keeper", "nobody-yet"}
    assert names(people.stranger) == {"stranger-of-both", "theirs", "nobody-yet"}
    assert names(somebody("watcher", "auditor")) == {*everybody, "watcher"}
    for actor in (people.mate, people.keeper):
        with pytest.raises(PermissionDenied):
            queries.people(actor)


def test_of_somebody_with_roles_elsewhere_only_those_in_scope_are_told(people: Crew) -> None:
    Grant.objects.create(user=people.keeper, role="auditor", organisation_id=people.places.other_organisation_id)
    for actor, role in ((people.owner, "storekeeper"), (people.stranger, "auditor")):
        seen = queries.person(actor, people.keeper.pk)
        assert [grant.role for grant in queries.grants_seen(seen)] == [role]
        assert not queries.manages_all_of(actor, seen)
        for act in (services.deactivate, services.ask_open, services.ask_email):
            more = (
                {}
                if act is services.deactivate
                else {"session": "s"} | ({"email": "a@example.org"} if "email" in act.__name__ else {})
            )
            refused(
                "person_elsewhere",
                lambda act=act, more=more, actor=actor: act(
                    actor=actor, user_id=people.keeper.pk, reason="So.", **more
                ),
            )
    assert queries.manages_all_of(people.chief, people.keeper)
    services.deactivate(actor=people.chief, user_id=people.keeper.pk, reason="So.")


def test_a_role_is_taken_away_at_once_by_another_who_manages_it(people: Crew) -> None:
    grant = people.keeper.grants.get()
    for actor in (people.mate, people.keeper):
        with pytest.raises(PermissionDenied):
            services.take_grant(actor=actor, grant_id=grant.pk, reason="So.")
    with pytest.raises(User.DoesNotExist):
        services.take_grant(actor=people.stranger, grant_id=grant.pk, reason="So.")
    refused("reason_wanted", lambda: services.take_grant(actor=people.owner, grant_id=grant.pk, reason=""))
    services.take_grant(actor=people.owner, grant_id=grant.pk, reason="He has left.")
    assert people.roles() == set()
    entry = Entry.objects.get(act="grant.take", outcome="done")
    assert (entry.actor, entry.reason, entry.row_id) == (people.owner.pseudonym, "He has left.", str(people.keeper.pk))
    assert (entry.before, entry.after) == ({"role": "storekeeper", **people.site.ids}, None)


def test_nobody_weakens_or_closes_themselves(people: Crew) -> None:
    own = people.chief.grants.get()
    refused("not_for_oneself", lambda: services.take_grant(actor=people.chief, grant_id=own.pk, reason="So."))
    refused("not_for_oneself", lambda: services.deactivate(actor=people.chief, user_id=people.chief.pk, reason="So."))
    tried = Entry.objects.filter(actor=people.chief.pseudonym, outcome="refused").values_list("act", flat=True)
    assert set(tried) == {"grant.take", "user.deactivate"}


def test_a_closed_account_is_signed_out_at_once(people: Crew, client_of: Callable[[User], Client]) -> None:
    client = client_of(people.keeper)
    keys = _sessions(people.keeper, 2)
    assert client.get("/").status_code == 200
    services.deactivate(actor=people.owner, user_id=people.keeper.pk, reason="Left.")
    assert client.get("/").status_code == 302
    assert not UserSession.objects.filter(user=people.keeper).exists()
    assert not any(SessionStore().exists(key) for key in keys)
    refused("account_closed", lambda: services.deactivate(actor=people.owner, user_id=people.keeper.pk, reason="Left."))


def test_who_manages_people_ends_sessions(people: Crew, client_of: Callable[[User], Client]) -> None:
    keys = _sessions(people.keeper, 2)
    address = f"/people/{people.keeper.pk}/sessions/end/"
    assert client_of(people.stranger).post(address).status_code == 404
    assert client_of(people.mate).post(address).status_code == 403
    assert all(SessionStore().exists(key) for key in keys)
    assert client_of(people.owner).post(address).status_code == 302
    assert not any(SessionStore().exists(key) for key in keys)
    assert Entry.objects.get(act="user.sessions", outcome="done").after == {"ended": 2}


def _sessions(user: User, number: int) -> list[str]:
    """Sessions of somebody, as signing in on so many devices leaves them."""
    keys = []
    for _ in range(number):
        store = SessionStore()
        store.create()
        assert store.session_key is not None
        UserSession.objects.create(user=user, session_key=store.session_key, ip="192.0.2.1", user_agent="x")
        keys.append(store.session_key)
    return keys


def test_facts_are_corrected_and_names_stay_off_the_trail(people: Crew) -> None:
    given = {"user_id": people.keeper.pk, "name": "Ana Krasniqi", "sex": "female", "institution": "defence"}
    services.change_facts(actor=people.owner, **given)
    services.change_facts(actor=people.owner, **given)
    entry = Entry.objects.get(act="user.change")
    assert entry.before == {"sex": "not_recorded", "institution": "not_recorded"}
    assert entry.after == {"sex": "female", "institution": "defence", "name": True}
    people.keeper.refresh_from_db()
    assert people.keeper.get_full_name() == "Ana Krasniqi"
    with pytest.raises(User.DoesNotExist):
        services.change_facts(actor=people.stranger, **given)
    with pytest.raises(PermissionDenied):
        services.change_facts(actor=people.mate, **given)


def test_nobody_sets_the_password_of_another(people: Crew) -> None:
    with pytest.raises(PermissionDenied):
        services.set_password(actor=people.chief, username="mate", password="a long password 1")
    services.set_password(username="mate", password="a long password 1")
    people.mate.refresh_from_db()
    assert people.mate.check_password("a long password 1")


def test_an_account_that_a_user_makes_has_no_role(people: Crew) -> None:
    with pytest.raises(AssertionError):
        services.add_user(actor=people.chief, username="new", password="x", role="planner", check_password=False)
    with pytest.raises(PermissionDenied):
        services.add_user(actor=people.mate, username="new", password="x", check_password=False)
    made = services.add_user(actor=people.owner, username="new", password="x", check_password=False)
    assert not made.grants.exists()


@pytest.mark.parametrize("where", [{"site_id": "none"}, {"store_id": "none"}, {"organisation_id": "none"}])
def test_at_the_command_line_a_place_must_be_there(people: Crew, where: dict[str, str]) -> None:
    assert people
    given = {"username": "new", "password": "x", "role": "planner", "check_password": False}
    refused("unknown_rule", lambda: services.add_user(**given, **where))
    refused("unknown_rule", lambda: services.add_user(**given | {"role": "king"}))


def test_the_first_account_is_entered_as_such() -> None:
    for name in ("first", "second"):
        somebody(name, "administrator")
    acts = Entry.objects.filter(act__in=["user.first", "user.add"]).order_by("at", "entry_id")
    assert acts.values_list("act", flat=True)[0] == "user.first"
    assert acts.filter(act="user.first").count() == 1


def test_figures_show_what_is_not_recorded_and_count_everybody_once(people: Crew) -> None:
    User.objects.filter(pk=people.keeper.pk).update(sex="female", institution="defence")
    Grant.objects.create(user=people.keeper, role="auditor", site_id=people.places.site_id)
    services.add_user(username="nobody-yet", password="x", sex="male", check_password=False)
    services.deactivate(actor=None, user_id=people.mate.pk, reason="")
    found = {(row["role"], row["institution"]): row for row in queries.figures(people.owner).to_dicts()}
    assert found["storekeeper", "defence"] == found["auditor", "defence"] | {"role": "storekeeper"}
    assert found["storekeeper", "defence"]["female"] == 1
    assert ("approver", "not_recorded") not in found, "a closed account is not counted"
    assert found[queries.NO_ROLE, "not_recorded"]["male"] == 1
    everybody = [row for (role, _), row in found.items() if role == queries.ALL_PEOPLE]
    assert sum(row["together"] for row in everybody) == 3
    assert sum(row["not_recorded"] for row in everybody) == 1
    assert all(row["together"] == row["female"] + row["male"] + row["not_recorded"] for row in found.values())


def test_second_factors_are_told_apart_from_codes_on_paper(people: Crew) -> None:
    Authenticator.objects.create(user=people.keeper, type="recovery_codes", data={})
    assert not queries.person(people.owner, people.keeper.pk).has_factor
    Authenticator.objects.create(user=people.keeper, type="totp", data={})
    assert queries.person(people.owner, people.keeper.pk).has_factor


def test_places_are_read_from_what_forms_send() -> None:
    for place in (Place(), Place("O:1"), Place(None, "S"), Place(None, None, "S/1")):
        assert Place.read(place.code) == place
