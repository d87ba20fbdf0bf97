"""The people and places that the other tests of the node rely on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.node.conftest import Places

from rasr.core.records.region import Region
from rasr.node.assessment.models import Run
from rasr.node.people.models import User
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Site
from rasr.node.plan.models import PlanRun
from rasr.node.records.queries import register


def seen(user: User) -> set[str]:
    return set(Site.objects.filter(scope_of(user).sites()).values_list("site_id", flat=True))


def test_what_each_person_sees(
    loaded: Region,
    places: Places,
    planner: User,
    officer: User,
    storekeeper: User,
    stranger: User,
    auditor: User,
    administrator: User,
) -> None:
    everything = set(loaded.table("sites")["site_id"])
    assert seen(planner) == seen(auditor) == everything
    assert seen(storekeeper) == {places.site_id}
    assert places.site_id in seen(officer)
    assert places.other_site_id in seen(stranger)
    assert not seen(officer) & seen(stranger)
    assert seen(administrator) == set()


@pytest.mark.usefixtures("planner")
def test_changes_of_a_test_are_gone_in_the_next() -> None:
    assert User.objects.filter(username="planner").count() == 1
    assert not User.objects.filter(username="officer").exists()
    Site.objects.update(closed=True)


def test_the_region_stays_for_the_module(loaded: Region, planner: User, client_of: Callable[[User], Client]) -> None:
    assert Site.objects.filter(closed=False).count() == loaded.table("sites").height
    assert client_of(planner).session["_auth_user_id"] == str(planner.pk)


@pytest.mark.usefixtures("db")
def test_runs_of_the_region_are_there(loaded: Region, assessed: Run, planned: PlanRun) -> None:
    assert register().digest == loaded.digest()
    assert assessed.stores == loaded.table("stores").height
    assert planned.assessment_id == assessed.pk
