"""Studies and scenarios for tests, for the walk and for the counting of queries, by the services."""

from __future__ import annotations

from typing import Any

from tests.core.plan.small import START, small

from rasr.core.plan.scenarios import ALL, Change, Given, compare
from rasr.core.plan.solve import no_progress
from rasr.node.assessment.models import Run
from rasr.node.people.models import User
from rasr.node.places.models import Jurisdiction
from rasr.node.plan.models import Scenario, Study, StudyKind
from rasr.node.plan.studies import services
from rasr.node.plan.studies.asking import Answer, Asked

LESS = Change(1, "budget", ALL, 1, 0.5)
WRITES: dict[str, Any] = {"name": "Half the money"}
CHANGES: dict[str, Any] = {"target": ALL, "factor": "0.5"}


def study(actor: User, *scenarios: Scenario) -> Study:
    """Scenarios side by side; of none, half the money beside the money that there is."""
    named = tuple((one.name, (LESS,)) for one in scenarios) or (("Half", (LESS,)),)
    asked = Asked(StudyKind.SCENARIOS, scenarios=named)
    return services.work_out(actor=actor, asked=asked, progress=no_progress)


def scenario(actor: User, name: str = "Half") -> Scenario:
    """One with half the money."""
    made = services.make_scenario(actor=actor, name=name)
    return services.add_change(actor=actor, scenario_id=made.pk, change=LESS)


def plant_each(actor: User) -> None:
    """A study of each kind, of a register that is assessed, and the scenario of one of them."""
    held = scenario(actor)
    members = tuple(Jurisdiction.objects.order_by("pk").values_list("pk", flat=True)[:3])
    for asked in (
        Asked(StudyKind.TOGETHER, members=members),
        Asked(StudyKind.FRONTIER),
        Asked(StudyKind.SCENARIOS, scenarios=((held.name, (LESS,)),)),
        Asked(StudyKind.FIRST_YEAR, draws=2),
    ):
        services.work_out(actor=actor, asked=asked, progress=no_progress)


def kept(actor: User, run: Run) -> Study:
    """A study of another, tiny region kept as if it stood on an assessment: for pages at any size of the register."""
    region = small()
    changes = {"Half": [LESS]}
    made = compare(Given(region, region.table("pools"), START), region.table("danger_curves"), changes)
    found = Answer({"scenarios": made.scenarios, "scenario_queues": made.queues})
    asked = Asked(StudyKind.SCENARIOS, scenarios=(("Half", (LESS,)),))
    return services.keep(actor=actor, asked=asked, found=found, assessment_run=run, duration_s=None)
