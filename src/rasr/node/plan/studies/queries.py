"""What may be read of studies and scenarios, and by whom: who has the right ``view_runs`` sees those of the node."""

from __future__ import annotations

from uuid import UUID

import polars as pl
from django.db.models import QuerySet
from django.utils.formats import date_format

from rasr.core.plan.periods import Periods
from rasr.core.records.region import Region
from rasr.core.records.settings import Settings
from rasr.node.assessment import queries as assessments
from rasr.node.assessment.freshness import marked
from rasr.node.jobs.kept import from_bytes
from rasr.node.people import rights
from rasr.node.people.histories import uuid_of
from rasr.node.people.models import User
from rasr.node.places.contract import frame_of
from rasr.node.plan.models import Scenario, Study
from rasr.node.plan.queries import Actor
from rasr.node.records.models import Permit, Setting

VIEW = "view_runs"


def studies(actor: Actor) -> QuerySet[Study]:
    """Every study, the latest first, ``marked``. Raises PermissionDenied without the right ``view_runs``."""
    rights.require(actor, VIEW)
    return marked(Study.objects.select_related("actor", "assessment"))


def study(actor: Actor, run_id: UUID | str) -> Study | None:
    """One study."""
    return studies(actor).filter(run_id=run_id).first()


def tables(actor: Actor, study: Study) -> dict[str, pl.DataFrame]:
    """Every table of a study, by name."""
    rights.require(actor, VIEW)
    return {table.name: from_bytes(table.parquet) for table in study.tables.order_by("pk")}


def pools(actor: Actor, study: Study) -> pl.DataFrame:
    """The pools that a study planned."""
    found = assessments.table(actor, study.assessment, "pools")
    assert found is not None, "every assessment keeps its pools"
    return found


def scenarios(actor: Actor) -> QuerySet[Scenario]:
    """Every scenario, by name. Raises PermissionDenied without the right ``view_runs``."""
    rights.require(actor, VIEW)
    return Scenario.objects.select_related("written_by")


def study_told(actor: User, row_id: str) -> str | None:
    """What a study is called, as its history is headed; None where the actor does not see it."""
    found = Study.objects.filter(run_id=uuid_of(row_id)).first() if rights.may(actor, VIEW) else None
    return f"{found.get_kind_display()}, {date_format(found.made_at, 'SHORT_DATE_FORMAT')}" if found else None


def scenario_told(actor: User, row_id: str) -> str | None:
    """What a scenario is called, likewise."""
    found = Scenario.objects.filter(pk=uuid_of(row_id)).first() if rights.may(actor, VIEW) else None
    return found.name if found else None


def settings() -> Settings:
    """The settings of the region."""
    return Region.from_frames({"settings": frame_of(Setting._default_manager.all())}).settings


def periods(actor: Actor) -> list[tuple[int, str]]:
    """The periods of a plan made now, from 1, each with the month in which it begins where that is known."""
    now = settings()
    assessed = None if now.starts_on else assessments.runs(actor).first()
    starts = now.starts_on or (assessed.as_of if assessed else None)
    if starts is None:
        return [(number, str(number)) for number in range(1, now.horizon_periods + 1)]
    begins = Periods(starts, now.period_months, now.horizon_periods).begins_on
    return [(number, f"{number}: {day:%Y-%m}") for number, day in enumerate(begins, 1)]


def borders() -> list[tuple[str, str]]:
    """Pairs of jurisdictions between which some permit stands."""
    pairs = Permit.objects.order_by().values_list("from_jurisdiction_id", "to_jurisdiction_id").distinct()
    return sorted((str(start), str(end)) for start, end in pairs)
