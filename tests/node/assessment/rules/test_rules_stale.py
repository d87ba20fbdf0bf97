"""Kept assessments stand on the rules that held when they were made: with others they are out of date."""

from __future__ import annotations

from datetime import date

import pytest
from tests.node.assessment.rules.planted_rules import agree, ask, enter, line, made

from rasr.core.records.region import Region
from rasr.core.reference import loader
from rasr.node.assessment import bridge, queries, services
from rasr.node.assessment.models import Run
from rasr.node.assessment.rules import services as rules
from rasr.node.assessment.rules.shape import CELL
from rasr.node.people.models import User
from rasr.node.plan import queries as plans
from rasr.node.records import bridge as records

DAY = date(2027, 1, 1)
BUILDING = {
    **{"rules": "aastp-1", "exposure_kind": "inhabited_building", "function": "BD35"},
    **dict.fromkeys(("k_factor", "q_min_kg", "q_max_kg"), ""),
}


def stale(actor: User) -> bool:
    standing = queries.standing(actor)
    assert standing is not None
    return standing.stale


@pytest.mark.usefixtures("assessed")
def test_new_rules_make_kept_assessments_stale_only_once_agreed(planner: User) -> None:
    assert not stale(planner)
    asked = ask(made(line(CELL, **BUILDING)))
    assert not stale(planner)
    assert plans.fresh_assessment(records.digest_now()) is not None
    agree(asked)
    assert stale(planner)
    assert plans.fresh_assessment(records.digest_now()) is None


@pytest.mark.usefixtures("assessed")
def test_rules_of_a_later_day_change_nothing_before_it(planner: User) -> None:
    enter(line(CELL, **BUILDING | {"valid_from": "2090-01-01"}))
    assert not stale(planner)


def test_an_assessment_is_worked_out_with_the_rules_entered(assessed: Run, loaded: Region, planner: User) -> None:
    enter(line(CELL, **BUILDING))
    run = services.work_out(actor=planner, as_of=DAY)
    assert run.rule_edition == rules.edition() != loader.edition()
    assert services.work_out(actor=planner, as_of=DAY) == run
    functions = {
        name: dict(table.select("exposure_kind", "function").unique().iter_rows())["inhabited_building"]
        for name, table in (
            ("before", bridge.load_table(assessed, "distances")),
            ("after", bridge.load_table(run, "distances")),
        )
        if table is not None
    }
    assert functions == {"before": "BD30", "after": "BD35"}
    assert loaded.given
