"""How often so many die, and the risk against criteria, on the page of an assessment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from rasr.core.assessment.nation import CRITERIA
from rasr.core.reference import loader
from rasr.node.assessment import bridge, queries, societal
from rasr.node.assessment.headings import HEADINGS, TABLES
from rasr.node.assessment.models import Run, RunTable
from rasr.node.people.models import User
from rasr.node.web import codes

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def test_the_page_shows_the_curve_and_every_criterion(assessed: Run, planner: User, client_of: ClientOf) -> None:
    said = client_of(planner).get(reverse("assessment:run", args=[assessed.pk])).text
    part = said.partition('id="societal"')[2].partition("</section>")[0]
    assert part.count("<circle") >= 2
    assert "style=" not in part
    for row in loader.rows(CRITERIA):
        assert str(codes.NAMES["criterion"][row["criterion"]]) in part
        assert row["source"] in part
    assert part.count("badge-not_verified") == len(loader.rows(CRITERIA))
    assert "is no permission" in part
    for name in bridge.RISK_TABLES:
        assert reverse("assessment:table", args=[assessed.pk, name]) in part


def test_more_fatalities_are_never_more_often(assessed: Run, planner: User) -> None:
    curve = queries.table(planner, assessed, "frequency_number")
    criteria = queries.table(planner, assessed, "risk_criteria")
    assert curve is not None
    assert criteria is not None
    told = societal.told(curve, criteria)
    assert told is not None
    for name in societal.FREQUENCIES:
        values = [row[name] for row in told.rows]
        assert values == sorted(values, reverse=True)
    assert societal.told(curve.clear(), criteria) is None


def test_every_table_of_the_risk_can_be_taken_along(assessed: Run, planner: User, client_of: ClientOf) -> None:
    for name in bridge.RISK_TABLES:
        assert name in TABLES
        frame = queries.table(planner, assessed, name)
        assert frame is not None
        assert set(frame.columns) <= set(HEADINGS)
        assert client_of(planner).get(reverse("assessment:table", args=[assessed.pk, name])).status_code == 200


def test_a_run_kept_before_there_was_a_risk_shows_none(assessed: Run, planner: User, client_of: ClientOf) -> None:
    RunTable.objects.filter(run=assessed, name__in=bridge.RISK_TABLES).delete()
    queries._table.cache_clear()
    said = client_of(planner).get(reverse("assessment:run", args=[assessed.pk])).text
    queries._table.cache_clear()
    assert 'id="societal"' not in said
