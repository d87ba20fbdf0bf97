"""Plans asked for, worked out, kept, reused and refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from rasr.core.plan.holds import Hold
from rasr.core.plan.options import Options
from rasr.core.plan.result import Plan
from rasr.core.plan.works import Work
from rasr.node.jobs.models import Job
from rasr.node.people.models import User
from rasr.node.plan import queries, services
from rasr.node.plan.bridge import load_plan, load_table
from rasr.node.plan.models import PlanRun
from rasr.node.records.models import Register

OTHER = Options(partial=True)


def same(one: Plan, other: Plan) -> bool:
    """Whether two plans are the same to the last digit, but for how long they took."""
    tables, others = one.tables(), other.tables()
    return list(tables) == list(others) and all(tables[name].equals(others[name]) for name in tables)


@pytest.mark.django_db
class TestKept:
    """A plan that is kept is the plan."""

    def test_it_comes_back_to_the_last_digit(self, planned: PlanRun, worked_out: Plan) -> None:
        back = load_plan(PlanRun.objects.get(pk=planned.pk))
        assert back.summary == worked_out.summary
        assert same(back, worked_out)
        assert worked_out.alone is not None
        assert back.alone is not None
        assert back.alone.summary == worked_out.alone.summary
        assert same(back.alone, worked_out.alone)

    def test_one_table_comes_back_alone(self, planned: PlanRun, worked_out: Plan) -> None:
        flows = load_table(planned, "joint", "flows")
        assert flows is not None
        assert flows.equals(worked_out.flows)
        assert load_table(planned, "joint", "nonsense") is None

    def test_a_plan_alone_needs_no_other_beside_it(self, planned: PlanRun, worked_out: Plan, planner: User) -> None:
        run = services.keep(
            actor=planner,
            plan=replace(worked_out, alone=None),
            assessment_run=planned.assessment,
            register_version=planned.register_version,
            options=OTHER,
            duration_s=1.0,
        )
        assert load_plan(run).alone is None
        assert not run.tables.filter(plan="alone").exists()

    def test_the_same_is_kept_once(self, planned: PlanRun, worked_out: Plan, planner: User) -> None:
        again = services.keep(
            actor=planner,
            plan=worked_out,
            alone=worked_out.alone,
            assessment_run=planned.assessment,
            register_version=planned.register_version,
            options=Options(),
            duration_s=2.0,
        )
        assert again.pk == planned.pk
        assert PlanRun.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("planned")
class TestAsked:
    """Who asks gets the kept plan, or a job."""

    def test_the_kept_plan_is_given_while_nothing_has_changed(self, planned: PlanRun, planner: User) -> None:
        found = services.start(actor=planner, options=Options())
        assert isinstance(found, PlanRun)
        assert found.pk == planned.pk
        assert not Job.objects.exists()

    def test_other_options_are_another_plan(self, planner: User) -> None:
        found = services.start(actor=planner, options=OTHER)
        assert isinstance(found, Job)
        assert found.parameters["options"]["partial"] is True
        assert services.options_of(found.parameters["options"]) == OTHER

    def test_asking_twice_does_not_work_twice(self, planner: User) -> None:
        first, second = (services.start(actor=planner, options=OTHER) for _ in range(2))
        assert first.pk == second.pk
        assert Job.objects.count() == 1

    def test_a_plan_is_stale_once_the_register_moves_on(self, planned: PlanRun, planner: User) -> None:
        latest = queries.latest(planner)
        assert latest is not None
        assert not latest.stale
        Register.objects.update(digest="of other records", version=99)
        assert queries.runs(planner).get(pk=planned.pk).stale
        assert isinstance(services.start(actor=planner, options=Options()), Job)

    @pytest.mark.parametrize("person", ["officer", "storekeeper", "stranger", "auditor", "administrator"])
    def test_only_planners_ask(self, person: str, request: pytest.FixtureRequest) -> None:
        actor = request.getfixturevalue(person)
        with pytest.raises(PermissionDenied):
            services.start(actor=actor, options=Options())
        with pytest.raises(PermissionDenied):
            services.work_out(actor=actor, options=Options(), progress=lambda _stage, _share: None)


def test_options_are_the_same_once_they_were_kept_as_json() -> None:
    hold, work = Hold("N", "BURN", at_least_kg=5.0, by=date(2027, 6, 30)), Work("W", "N", 1.0, 2.0, planned_share=0.5)
    asked = Options(partial=True, holds=(hold,), works=(work,))
    assert services.options_of(json.loads(json.dumps(services.told_options(asked)))) == asked
