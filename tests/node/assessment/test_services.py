"""Assessing the register: the same figures as the command line, kept once, all or nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from rasr.cli.main import main
from rasr.core.assessment import tables as contract
from rasr.core.assessment.assess import Assessment, assess
from rasr.core.basis.findings import Refused
from rasr.core.records.region import Region
from rasr.core.report.worst import ten_worst
from rasr.node.assessment import bridge, queries, services
from rasr.node.assessment.models import Run, RunTable, SiteDanger, StoreDanger
from rasr.node.jobs import running
from rasr.node.jobs.models import Job, State
from rasr.node.jobs.registry import CancelledError
from rasr.node.people.models import User
from rasr.node.records.models import Register

pytestmark = pytest.mark.usefixtures("loaded")
AS_OF = date(2027, 1, 1)


def work_out(actor: User) -> Run:
    return services.work_out(actor=actor, as_of=AS_OF)


def equal(one: Assessment, other: Assessment) -> bool:
    """Every figure, to the last digit."""
    for item in fields(Assessment):
        left, right = getattr(one, item.name), getattr(other, item.name)
        same = left.equals(right) and left.schema == right.schema if isinstance(left, pl.DataFrame) else left == right
        if not same and item.compare:  # the region and the risk are not kept with a run
            return False
    return True


def test_the_figures_are_those_of_the_command_line(planner: User, small_region: Region, tmp_path: Path) -> None:
    run = work_out(planner)
    small_region.write(tmp_path / "region", "parquet")
    out = tmp_path / "out"
    asked = ["assess", str(tmp_path / "region"), "--out", str(out), "--as-of", AS_OF.isoformat(), "--exact", "--json"]
    assert main(asked) == 0
    for name in bridge.TABLES:
        mine, theirs = queries.table(planner, run, name), pl.read_parquet(out / "tables" / f"{name}.parquet")
        assert mine is not None
        assert mine.equals(theirs), name
        assert mine.schema == theirs.schema, name


def test_what_is_kept_is_what_was_found_and_rows_hold_the_same_figures(planner: User, small_region: Region) -> None:
    run = work_out(planner)
    found = assess(small_region, as_of=AS_OF)
    assert equal(bridge.load_assessment(run), found)
    assert bridge.load_assessment(run, small_region).region is small_region
    assert queries.worst(planner, run) == ten_worst(found)
    for model, frame, key in ((StoreDanger, found.stores, "store_id"), (SiteDanger, found.sites, "site_id")):
        rows = model.objects.filter(run=run).order_by(key).values_list(key, *bridge.FIGURES)
        assert list(rows) == frame.sort(key).select(key, *bridge.FIGURES).rows()
    assert run.fatalities_per_year == float(found.sites["fatalities_per_year"].sum())
    assert (run.stores, run.sites) == (found.stores.height, found.sites.height)
    assert run.register_version == Register.objects.get().version


def test_figures_of_the_rows_are_the_columns_of_the_core() -> None:
    names = {field.name for field in StoreDanger._meta.get_fields()} - {"id", "run", "store"}
    assert names == set(contract.COLUMNS[6:]) == set(bridge.FIGURES)


def test_infinite_use_of_a_licence_is_kept(planner: User, small_region: Region) -> None:
    found = assess(small_region, as_of=AS_OF)
    first = ten_worst(found)[0].store_id
    endless = pl.when(pl.col("store_id") == first).then(math.inf).otherwise("licence_share").alias("licence_share")
    strange = replace(found, stores=found.stores.with_columns(endless), version="0.0 with infinity")
    run = services.keep(actor=planner, assessment=strange, register_version=1, duration_s=None)
    assert StoreDanger.objects.get(run=run, store=first).licence_share == math.inf
    assert queries.worst(planner, Run.objects.get(pk=run.pk)) == ten_worst(strange)


def test_the_same_is_not_worked_out_twice(planner: User) -> None:
    job = services.start(actor=planner)
    assert isinstance(job, Job)
    assert services.start(actor=planner) == job, "the job under way is shown again"
    running.run(job.pk)
    job.refresh_from_db()
    assert job.state == State.DONE
    run = Run.objects.get()
    assert job.result == {"url": f"/assessments/{run.pk}/", "run_id": str(run.pk)}
    assert services.start(actor=planner) == run
    assert services.work_out(actor=planner, as_of=run.as_of) == run
    assert Run.objects.count() == 1


def test_two_who_keep_the_same_keep_it_once(planner: User, small_region: Region) -> None:
    found = assess(small_region, as_of=AS_OF)
    one, two = (services.keep(actor=planner, assessment=found, register_version=1, duration_s=None) for _ in range(2))
    assert one == two
    assert RunTable.objects.count() == len(bridge.TABLES) + len(bridge.RISK_TABLES)


def test_a_run_is_stale_when_the_register_has_moved_on(planner: User) -> None:
    work_out(planner)
    latest, standing = queries.latest(planner), queries.standing(planner)
    assert latest is not None
    assert standing is not None
    assert (latest.stale, standing.stale) == (False, False)
    Register.objects.update(digest="moved on")
    latest, standing = queries.latest(planner), queries.standing(planner)
    assert latest is not None
    assert standing is not None
    assert (latest.stale, standing.stale) == (True, True)
    assert isinstance(services.start(actor=planner), Job)


@pytest.mark.parametrize("when", ["rule_edition", "version"])
def test_a_run_is_stale_when_rules_or_program_have_moved_on(when: str, planner: User) -> None:
    run = work_out(planner)
    Run.objects.filter(pk=run.pk).update(**{when: "older"})
    latest = queries.latest(planner)
    assert latest is not None
    assert latest.stale


def test_cancelled_in_the_middle_keeps_nothing(planner: User) -> None:
    def cancels(stage: str, _share: float) -> None:
        if stage == "writing":
            raise CancelledError

    with pytest.raises(CancelledError):
        services.work_out(actor=planner, as_of=AS_OF, progress=cancels)
    assert Run.objects.count() == 0


def test_a_fault_while_keeping_keeps_nothing(planner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(SiteDanger.objects, "bulk_create", breaks)
    with pytest.raises(RuntimeError):
        work_out(planner)
    assert (Run.objects.count(), RunTable.objects.count(), StoreDanger.objects.count()) == (0, 0, 0)
    assert not connection.needs_rollback


def test_an_empty_register_is_refused(planner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    state = services.register()
    monkeypatch.setattr(services, "register", lambda: replace(state, empty=True))
    with pytest.raises(Refused, match="empty_register"):
        services.start(actor=planner)


@pytest.mark.parametrize("who", ["officer", "storekeeper", "stranger", "auditor", "administrator"])
def test_who_may_not_assess(who: str, request: pytest.FixtureRequest) -> None:
    actor: User = request.getfixturevalue(who)
    acts: list[Callable[[], Any]] = [lambda: services.start(actor=actor), lambda: work_out(actor)]
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()
