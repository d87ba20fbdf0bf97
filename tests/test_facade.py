"""What Python users call: the same answers as the core's, with the day filled in."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import rasr
from rasr.facade import day_of

STORY = Path(__file__).parent / "cases" / "two-authorities" / "given"


@pytest.fixture(scope="module")
def region() -> rasr.Region:
    return rasr.Region.read(STORY)


@pytest.fixture(scope="module")
def danger(region: rasr.Region) -> rasr.Assessment:
    return rasr.assess(region)


def without_start(region: rasr.Region) -> rasr.Region:
    tables = {name: region.table(name) for name in region.given}
    return rasr.Region.from_frames(
        {**tables, "settings": region.table("settings").filter(pl.col("key") != "starts_on")}
    )


def test_the_day_is_the_one_given_else_the_start_of_the_plan_else_today(region: rasr.Region) -> None:
    assert day_of(region, date(2026, 3, 1)) == date(2026, 3, 1)
    assert day_of(region) == date(2027, 1, 1)
    assert day_of(without_start(region)) == date.today()


def test_the_readme_in_five_lines(region: rasr.Region, danger: rasr.Assessment, tmp_path: Path) -> None:
    assert not [finding for finding in region.check() if finding.severity == "error"]
    plan = rasr.plan(region, danger)
    paths = rasr.report.write(plan, tmp_path, region=region, assessment=danger)
    assert paths[0] == tmp_path / "report.html"
    assert all(path.is_file() for path in paths)
    assert isinstance(danger, rasr.Assessment)
    assert isinstance(plan, rasr.Plan)
    assert danger.as_of == date(2027, 1, 1)
    assert plan.summary["mass_destroyed_kg"] == pytest.approx(19_900, rel=1e-3)


def test_a_plan_assesses_first_where_no_assessment_is_given(region: rasr.Region, danger: rasr.Assessment) -> None:
    given, own = rasr.plan(region, danger), rasr.plan(region)
    assert own.shipments.equals(given.shipments)
    assert own.summary["objective_fatalities"] == given.summary["objective_fatalities"]


def test_alone_is_never_better(region: rasr.Region, danger: rasr.Assessment) -> None:
    alone, joint = rasr.plan(region, danger, alone=True), rasr.plan(region, danger)
    assert alone.summary["alone"] is True
    assert joint.summary["objective_fatalities"] < alone.summary["objective_fatalities"]


def test_what_is_impossible_is_refused() -> None:
    with pytest.raises(rasr.Refused) as refused:
        rasr.Region.read(STORY / "nothing")
    assert refused.value.code == "missing_file"


def test_everything_promised_is_there_and_nothing_else() -> None:
    assert dir(rasr) == sorted(rasr.__all__)
    assert all(hasattr(rasr, name) for name in rasr.__all__)
    with pytest.raises(AttributeError, match="module 'rasr' has no attribute 'prophecy'"):
        _ = rasr.prophecy


def test_importing_it_loads_nothing_slow() -> None:
    script = "import rasr, sys; print([name for name in ('polars', 'highspy', 'numpy') if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
