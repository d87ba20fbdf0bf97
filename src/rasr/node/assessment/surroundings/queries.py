"""What may be read of surveys and of answers on building: results of the whole node, right ``view_runs``.

Where houses stand tells where stores are, so who sees a part of the node only sees none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import polars as pl
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from rasr.core.assessment.explosives.safeguarding import encroachment
from rasr.node.assessment.models import SiteEnquiry, Survey
from rasr.node.assessment.rules.services import book, edition
from rasr.node.assessment.surroundings.near import away_m
from rasr.node.assessment.surroundings.standing import standing
from rasr.node.jobs.kept import from_bytes
from rasr.node.people.histories import uuid_of
from rasr.node.people.models import Entry, User
from rasr.node.people.rights import may, require
from rasr.node.records.queries import register

Actor = User | AnonymousUser
RIGHT = "view_runs"
MOST_DRAWN = 3_000
"""Exposed sites on a map."""


@dataclass(frozen=True)
class InForce:
    """The survey that was last put in force. overtaken: the exposures of the register were loaded again since."""

    survey: Survey
    overtaken: bool


def surveys(actor: Actor) -> QuerySet[Survey]:
    """Every survey, the latest first, without its rows. Raises PermissionDenied."""
    require(actor, RIGHT)
    return Survey.objects.select_related("actor").defer("parquet")


def frame(actor: Actor, survey: Survey) -> pl.DataFrame:
    """The rows of a survey. Raises PermissionDenied."""
    require(actor, RIGHT)
    return _frame(survey.pk)


def in_force(actor: Actor) -> InForce | None:
    """The survey in force; None where none ever was. Raises PermissionDenied."""
    found = surveys(actor).filter(in_force_at__isnull=False).order_by("-in_force_at").first()
    if found is None:
        return None
    later = Entry.objects.filter(act="register.load", at__gt=found.in_force_at, after__tables__has_key="exposures")
    return InForce(found, later.exists())


def drawn(actor: Actor, survey: Survey) -> pl.DataFrame:
    """The rows of a survey that a map shows: those nearest to a store, with away_m. Raises PermissionDenied."""
    rows = frame(actor, survey)
    away = pl.Series("away_m", away_m(rows, standing().stores), dtype=pl.Float64)
    return rows.with_columns(away).sort("away_m", "exposure_id").head(MOST_DRAWN)


def nearer(actor: Actor, earlier: Survey, later: Survey, same_place_m: float) -> pl.DataFrame:
    """What came nearer to a store between two surveys (``safeguarding.encroachment``). Raises PermissionDenied."""
    require(actor, RIGHT)
    state = register()
    if not state.digest:
        return _nearer(earlier.pk, later.pk, same_place_m)
    return _nearer_kept(earlier.pk, later.pk, same_place_m, state.digest, edition())


def enquiries(actor: Actor) -> QuerySet[SiteEnquiry]:
    """Every answer, the latest first, without its stores. Raises PermissionDenied."""
    require(actor, RIGHT)
    return SiteEnquiry.objects.select_related("actor").defer("stores")


def bound(actor: Actor, enquiry: SiteEnquiry) -> pl.DataFrame:
    """The stores that an answer names (``safeguarding.BOUND``). Raises PermissionDenied."""
    require(actor, RIGHT)
    return from_bytes(enquiry.stores)


def survey_told(actor: User, row_id: str) -> str | None:
    """What a survey is called; None where the actor does not see it."""
    found = surveys(actor).filter(pk=uuid_of(row_id)).first() if may(actor, RIGHT) else None
    return found.title if found else None


def enquiry_told(actor: User, row_id: str) -> str | None:
    """What an answer is about; None where the actor does not see it."""
    found = enquiries(actor).filter(pk=uuid_of(row_id)).first() if may(actor, RIGHT) else None
    return found.about if found else None


# Below: without a look at rights.


@lru_cache(maxsize=2)
def _frame(survey_id: UUID) -> pl.DataFrame:
    """A survey never changes, and most pages ask for the same."""
    return from_bytes(Survey.objects.values_list("parquet", flat=True).get(pk=survey_id))


@lru_cache(maxsize=4)
def _nearer_kept(earlier: UUID, later: UUID, same_place_m: float, _digest: str, _edition: str) -> pl.DataFrame:
    return _nearer(earlier, later, same_place_m)


def _nearer(earlier: UUID, later: UUID, same_place_m: float) -> pl.DataFrame:
    now = standing()
    before, after = _frame(earlier), _frame(later)
    return encroachment(before, after, now.stores, now.quantities, same_place_m=same_place_m, book=book())
