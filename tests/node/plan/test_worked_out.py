"""The plan of the register is the plan of the command line, digit for digit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rasr.cli.main import main
from rasr.core.plan.options import Options
from rasr.core.plan.result import Plan
from rasr.core.records.region import Region
from rasr.node.jobs.registry import CancelledError
from rasr.node.people.models import User
from rasr.node.people.services import add_user
from rasr.node.plan import services
from rasr.node.plan.bridge import load_plan
from rasr.node.plan.models import PlanRun, PlanTable
from rasr.node.records.services import load_region

STORY = Path(__file__).parents[2] / "cases" / "two-authorities" / "given"
pytestmark = pytest.mark.django_db


def timeless(summary: dict[str, Any]) -> dict[str, Any]:
    """A summary without how long it took."""
    return {key: value for key, value in summary.items() if key != "seconds"}


def test_the_same_numbers_as_the_command_line(tmp_path: Path) -> None:
    actor = add_user(username="planner", password="planner", role="planner", check_password=False)
    load_region(actor=actor, region=Region.read(STORY), complete=True, source="test")
    assert main(["plan", str(STORY), "--out", str(tmp_path)]) == 0
    told: list[tuple[str, float]] = []
    run = services.work_out(actor=actor, options=Options(), progress=lambda stage, share: told.append((stage, share)))
    plan = load_plan(run)
    assert plan.shipments.height > 0
    for name, frame in plan.tables().items():
        assert frame.equals(pl.read_parquet(tmp_path / "tables" / f"{name}.parquet")), name
    said = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert timeless(plan.summary) == {name: said[name] for name in timeless(plan.summary)}
    assert plan.alone is not None
    assert said["alone_plan"]["objective_fatalities"] == plan.alone.summary["objective_fatalities"]
    assert {"reading", "stock", "danger", "bound", "roundings", "writing"} <= {stage for stage, _ in told}
    assert all(0.0 <= share <= 1.0 for _, share in told)


@pytest.mark.usefixtures("loaded")
def test_the_same_numbers_as_the_core(planner: User, worked_out: Plan) -> None:
    run = services.work_out(actor=planner, options=Options(), progress=lambda _stage, _share: None)
    plan = load_plan(run)
    assert timeless(plan.summary) == timeless(worked_out.summary)
    for name, frame in plan.tables().items():
        assert frame.equals(worked_out.tables()[name]), name
    assert plan.alone is not None
    assert worked_out.alone is not None
    for name, frame in plan.alone.tables().items():
        assert frame.equals(worked_out.alone.tables()[name]), name


@pytest.mark.usefixtures("assessed")
def test_cancelled_in_the_middle_nothing_is_kept(planner: User) -> None:
    def cancel(stage: str, _share: float) -> None:
        if stage == "roundings":
            raise CancelledError

    with pytest.raises(CancelledError):
        services.work_out(actor=planner, options=Options(), progress=cancel)
    assert not PlanRun.objects.exists()
    assert not PlanTable.objects.exists()
