"""Who sees what of an assessment: the node's figures, and those of a store, its neighbours and its site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from django.core.exceptions import PermissionDenied

from rasr.core.records.region import Region
from rasr.node.assessment import queries
from rasr.node.assessment.models import Run
from rasr.node.people.models import User

if TYPE_CHECKING:
    from tests.node.conftest import Places


@pytest.fixture
def store_id(places: Places, small_region: Region) -> str:
    """The store with the most stock of the storekeeper's site."""
    stores = small_region.table("stores").filter(pl.col("site_id") == places.site_id).select("store_id")
    stock = small_region.table("stock").join(stores, on="store_id")
    return str(stock.group_by("store_id").len().sort("len", "store_id")["store_id"][-1])


def test_owner_and_team_mate_see_the_store_and_a_stranger_does_not(
    assessed: Run, storekeeper: User, officer: User, stranger: User, administrator: User, store_id: str, places: Places
) -> None:
    for actor in (storekeeper, officer):
        seen = queries.store_danger(actor, store_id)
        assert seen is not None
        assert seen.run_id == assessed.pk
        assert queries.site_danger(actor, places.site_id) is not None
        assert queries.curve(actor, places.site_id).height > 0
    for actor in (stranger, administrator):
        assert queries.store_danger(actor, store_id) is None
        assert queries.site_danger(actor, places.site_id) is None
        assert queries.curve(actor, places.site_id).height == 0


def test_figures_of_the_node_are_for_who_has_the_right(
    assessed: Run, planner: User, auditor: User, officer: User, storekeeper: User, administrator: User
) -> None:
    for actor in (planner, auditor):
        assert queries.latest(actor) == assessed
        assert queries.table(actor, assessed, "stores") is not None
        assert queries.table(actor, assessed, "no such table") is None
    for actor in (officer, storekeeper, administrator):
        assert queries.latest(actor) is None
        for asked in (queries.runs, queries.named):
            with pytest.raises(PermissionDenied):
                asked(actor)
        for of_run in (queries.assessment, queries.worst, queries.table_names):
            with pytest.raises(PermissionDenied):
                of_run(actor, assessed)
        with pytest.raises(PermissionDenied):
            queries.table(actor, assessed, "by_jurisdiction")
        with pytest.raises(PermissionDenied):
            queries.curve_of(actor, assessed, "any")
    standing = queries.standing(storekeeper)
    assert standing is not None
    assert standing.run_id == assessed.pk
    assert not hasattr(standing, "fatalities_per_year")
    assert queries.standing(administrator) is None


def test_without_any_run_there_are_no_figures_yet(loaded: Region, planner: User, store_id: str, places: Places) -> None:
    Run.objects.all().delete()
    assert queries.latest(planner) is None
    assert queries.standing(planner) is None
    assert queries.store_danger(planner, store_id) is None
    assert queries.curve(planner, places.site_id).height == 0
    assert queries.methods(planner) is None
    assert loaded.table("stores").height > 0


def test_the_curve_ends_at_the_danger_of_the_site(assessed: Run, planner: User, places: Places) -> None:
    curve: Any = queries.curve(planner, places.site_id)
    site = queries.site_danger(planner, places.site_id)
    assert site is not None
    assert site.run_id == assessed.pk
    assert curve["fatalities_per_year"][-1] == pytest.approx(site.fatalities_per_year)
    assert curve["neq_kg"].is_sorted()
