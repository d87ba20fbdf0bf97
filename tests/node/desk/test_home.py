"""The first page: what each person sees of the danger, and what of it they may not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.node.conftest import Places

from rasr.core.plan.result import Plan
from rasr.core.report.worst import ten_worst
from rasr.node.assessment.models import Run
from rasr.node.desk.queries.home import FIRST_STEPS, OWN_STORES
from rasr.node.people.models import User
from rasr.node.plan.models import PlanRun
from rasr.node.records.models import Register

Browser = Callable[[User], Client]
MOST_QUERIES = 36


@pytest.fixture(autouse=True)
def ready(planned: PlanRun) -> PlanRun:
    """The small region, loaded, assessed and planned."""
    return planned


def test_planner_sees_the_answer(planner: User, client_of: Browser, worked_out: Plan) -> None:
    answer = client_of(planner).get("/")
    whole, page = answer.context["home"].whole, answer.content.decode()
    assert worked_out.assessment is not None
    assert whole.run.fatalities_per_year == worked_out.assessment.sites["fatalities_per_year"].sum()
    assert [ranked.store for ranked in whole.worst] == ten_worst(worked_out.assessment)
    assert all(ranked.reasons for ranked in whole.worst if ranked.store.reasons)
    assert "expected fatalities per year" in page
    assert "That is one death in about" in page
    assert 'data-url="/map.json"' in page


def test_planner_sees_what_to_do_next(planner: User, client_of: Browser, ready: PlanRun) -> None:
    answer = client_of(planner).get("/")
    steps = answer.context["home"].whole.steps
    assert 0 < len(steps) <= FIRST_STEPS
    removed = [step.figures["removed"] for step in steps]
    assert removed == sorted(removed, reverse=True)
    assert f"/plans/{ready.pk}/" in answer.content.decode()


def test_planner_is_told_when_the_register_has_moved_on(planner: User, client_of: Browser) -> None:
    client = client_of(planner)
    whole = client.get("/").context["home"].whole
    assert (whole.run_stale, whole.plan_stale) == (False, False)
    Register.objects.update(digest="another", version=2)
    answer = client.get("/")
    whole = answer.context["home"].whole
    assert (whole.run_stale, whole.plan_stale) == (True, True)
    assert "badge-stale" in answer.content.decode()


def test_auditor_sees_all_and_can_start_nothing(auditor: User, client_of: Browser) -> None:
    page = client_of(auditor).get("/").content.decode()
    assert "expected fatalities per year" in page
    assert "Assess now" not in page
    assert "Plan now" not in page


def test_storekeeper_sees_their_own_and_no_total(
    storekeeper: User, client_of: Browser, places: Places, ready: PlanRun
) -> None:
    answer = client_of(storekeeper).get("/")
    home, page = answer.context["home"], answer.content.decode()
    assert home.whole is None
    assert 0 < len(home.stores) <= OWN_STORES
    assert {store.site_id for store in home.stores} == {places.site_id}
    assert str(ready.pk) not in page
    assert "How dangerous" not in page
    assert "State of the node" not in page


def test_team_mate_and_stranger_see_theirs(officer: User, stranger: User, client_of: Browser, places: Places) -> None:
    mate, other = (client_of(person).get("/").context["home"] for person in (officer, stranger))
    assert {store.site.organisation_id for store in mate.stores} == {places.organisation_id}
    assert {store.site.organisation_id for store in other.stores} == {places.other_organisation_id}
    assert (mate.whole, other.whole) == (None, None)


def test_administrator_sees_the_machine_and_no_stock(administrator: User, client_of: Browser) -> None:
    answer = client_of(administrator).get("/")
    home, page = answer.context["home"], answer.content.decode()
    assert (home.whole, home.stores, home.due, home.standing) == (None, None, None, None)
    assert home.machine.users == User.objects.count()
    assert answer.context["readiness"].disk_mb > 0
    assert "State of the node" in page
    assert "/stores/" not in page


def test_who_has_two_roles_sees_both(joins: Callable[..., User], client_of: Browser) -> None:
    both = joins("both", "planner")
    both.grants.create(role="administrator")
    home = client_of(both).get("/").context["home"]
    assert home.whole is not None
    assert home.machine is not None


def test_who_has_no_role_is_told(joins: Callable[..., User], client_of: Browser) -> None:
    nobody = joins("nobody", "auditor")
    nobody.grants.all().delete()
    assert "You have no role yet" in client_of(nobody).get("/").content.decode()


def test_home_asks_the_database_little(
    planner: User,
    storekeeper: User,
    administrator: User,
    client_of: Browser,
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    for person in (planner, storekeeper, administrator):
        client = client_of(person)
        client.get("/")
        with django_assert_max_num_queries(MOST_QUERIES):
            client.get("/")


def test_without_an_assessment_the_page_asks_for_one(planner: User, client_of: Browser) -> None:
    PlanRun.objects.all().delete()
    Run.objects.all().delete()
    client = client_of(planner)
    home = client.get("/").context["home"]
    assert (home.whole.run, home.whole.plan, home.standing) == (None, None, None)
    assert "has not been assessed yet" in client.get("/").content.decode()
    assert client.get("/stores/").context["table"].paginator.count > 0
