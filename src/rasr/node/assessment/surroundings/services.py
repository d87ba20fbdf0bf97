"""Surveys are kept, cut, drawn and put in force here, and whether something may be built is asked.

A survey is never changed: another one stands beside it. The one in force is the table exposures of the register, put
there by the way of every load, so that the register moves on by a version and kept assessments become out of date.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from importlib.metadata import version
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl
from django.db import transaction
from django.utils import timezone

from rasr.core.assessment.explosives.neighbours import on_sphere_m
from rasr.core.assessment.explosives.safeguarding import may_build
from rasr.core.basis.findings import Refused
from rasr.core.records.region import Region
from rasr.core.reference import loader
from rasr.node.assessment.models import SiteAnswer, SiteEnquiry, Survey, SurveyWay
from rasr.node.assessment.rules.services import book, edition
from rasr.node.assessment.surroundings import checking, queries
from rasr.node.assessment.surroundings.files import COLUMNS, LATITUDE, LONGITUDE, TABLE
from rasr.node.assessment.surroundings.near import away_m
from rasr.node.assessment.surroundings.standing import standing
from rasr.node.jobs.kept import to_bytes
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.records import bridge
from rasr.node.records.load import Loaded, Progress, load_region, silent
from rasr.node.records.queries import register

RIGHT, ENFORCE = "assess", "load_register"
KIND = "enforce_survey"
MOST_IN_FORCE = 1_000_000
"""Exposed sites that the register takes."""
M_PER_KM = 1000.0


def keep(
    *,
    actor: User,
    frame: pl.DataFrame,
    title: str,
    surveyed_on: date,
    told: dict[str, Any],
    way: SurveyWay,
    source: str = "",
    crs: str = "",
) -> Survey:
    """Keep a survey of rows that were looked through. Raises PermissionDenied; Refused: survey_empty."""
    require(actor, RIGHT)
    if frame.is_empty():
        raise Refused("survey_empty", path=title)
    with transaction.atomic():
        made = Survey.objects.create(
            title=title,
            surveyed_on=surveyed_on,
            way=way,
            source=source,
            crs=crs,
            rows=frame.height,
            sums=told,
            parquet=to_bytes(frame.select(COLUMNS)),
            actor=actor,
        )
        after = {"title": title, "surveyed_on": surveyed_on.isoformat(), "way": str(way), "rows": frame.height}
        trail.record(actor=actor, act="survey.keep", table=Survey._meta.db_table, row_id=made.pk, after=after)
    return made


def take(*, actor: User, title: str, surveyed_on: date) -> Survey:
    """Keep the exposures of the register as a survey. Raises PermissionDenied; Refused: survey_empty."""
    require(actor, RIGHT)
    frame = bridge.read_table(bridge.rows_of(TABLE)).select(COLUMNS)
    told = checking.check(frame).told if frame.height else {}
    about: dict[str, Any] = {"title": title, "surveyed_on": surveyed_on, "way": SurveyWay.REGISTER}
    return keep(actor=actor, frame=frame, told=told, **about)


def cut(*, actor: User, survey: Survey, within_km: float, title: str) -> Survey:
    """Keep what lies within so many km of a store of the register. Raises as ``take``."""
    require(actor, RIGHT)
    frame = queries.frame(actor, survey)
    near = frame.filter(pl.Series(away_m(frame, standing().stores) <= within_km * M_PER_KM, dtype=pl.Boolean))
    told = checking.check(near).told if near.height else {}
    source = f"{survey.title}, {within_km:g} km"
    about: dict[str, Any] = {"surveyed_on": survey.surveyed_on, "way": SurveyWay.CUT, "crs": survey.crs}
    return keep(actor=actor, frame=near, title=title, told=told, source=source, **about)


def draw(
    *,
    actor: User,
    base: Survey | None,
    drawn: pl.DataFrame,
    left_out: Collection[str],
    title: str,
    surveyed_on: date,
) -> Survey:
    """Keep a survey of another one's rows without some, and of what was drawn by hand.

    drawn: columns of the table; its ids are made here. Raises PermissionDenied; Refused: survey_unknown_ids, those of
    ``keep``, and survey_faulty where a row does not fit the table.
    """
    require(actor, RIGHT)
    before = loader.contract(TABLE).empty() if base is None else queries.frame(actor, base)
    strange = sorted(set(left_out) - set(before["exposure_id"]))
    if strange:
        raise Refused("survey_unknown_ids", ids=", ".join(strange[:10]))
    stays = before.filter(~pl.col("exposure_id").is_in(list(left_out)))
    named = _with_ids(drawn, set(before["exposure_id"]), surveyed_on)
    checked = checking.check(pl.concat([stays, named]))
    if checked.findings:
        raise Refused("survey_faulty", faults=len(checked.findings), first=loader.say_finding(checked.findings[0]))
    source = "" if base is None else base.title
    about: dict[str, Any] = {"title": title, "surveyed_on": surveyed_on, "way": SurveyWay.DRAWN, "source": source}
    return keep(actor=actor, frame=checked.frame, told=checked.told, **about)


def _with_ids(drawn: pl.DataFrame, taken: Collection[str], day: date) -> pl.DataFrame:
    """The drawn rows as the table has them, under ids that nobody has."""
    names: list[str] = []
    number = 0
    while len(names) < drawn.height:
        number += 1
        if (name := f"drawn-{day:%Y%m%d}-{number}") not in taken:
            names.append(name)
    typed = drawn.with_columns(exposure_id=pl.Series(names, dtype=pl.String))
    schema = loader.contract(TABLE).schema
    empty = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in typed.columns]
    return typed.with_columns(empty).select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def put_in_force(*, actor: User, survey_id: UUID | str, progress: Progress = silent) -> Loaded:
    """Make a survey the exposures of the register.

    Raises PermissionDenied, Survey.DoesNotExist; Refused: survey_too_large and those of ``load_region``; whatever
    ``progress`` raises.
    """
    require(actor, ENFORCE)
    survey = queries.surveys(actor).get(pk=survey_id)
    if survey.rows > MOST_IN_FORCE:
        raise Refused("survey_too_large", rows=survey.rows, limit=MOST_IN_FORCE)
    progress("reading", 0.0)
    exposures = queries.frame(actor, survey)
    tables, (at_version, given) = bridge.read_moment()
    region = Region({**bridge.by_contract(tables), TABLE: exposures}, given=frozenset({*given, TABLE}))
    with transaction.atomic():
        loaded = load_region(
            actor=actor,
            region=region,
            complete=True,
            source=survey.title,
            progress=progress,
            expected_version=at_version,
        )
        Survey.objects.filter(pk=survey.pk).update(in_force_at=timezone.now())
        after = {"title": survey.title, "rows": survey.rows, "register_version": loaded.version}
        trail.record(actor=actor, act="survey.enforce", table=Survey._meta.db_table, row_id=survey.pk, after=after)
    return loaded


def ask(*, actor: User, about: str, kind: str, latitude_deg: float, longitude_deg: float) -> SiteEnquiry:
    """Whether something of this kind may be built at a point; asked and answered, it is kept.

    A yes is none where a store within reach holds what nobody knows the quantity of. Raises PermissionDenied; Refused:
    unknown_rule, out_of_range.
    """
    require(actor, RIGHT)
    now, rules = standing(), book()
    found = may_build(kind, latitude_deg, longitude_deg, now.stores, now.quantities, book=rules)
    point = on_sphere_m(latitude_deg, longitude_deg)
    stores = now.stores.filter(pl.col("store_id").is_in(list(now.uncounted)))
    points = on_sphere_m(stores[LATITUDE].to_numpy(), stores[LONGITUDE].to_numpy())
    close = np.linalg.norm(points - point, axis=1) <= rules.reach_m
    uncounted = stores["store_id"].filter(pl.Series(close, dtype=pl.Boolean)).to_list()
    answer = SiteAnswer(found.answer)
    if uncounted and answer == SiteAnswer.YES:
        answer = SiteAnswer.UNVERIFIED
    with transaction.atomic():
        made = SiteEnquiry.objects.create(
            about=about,
            kind=kind,
            latitude_deg=latitude_deg,
            longitude_deg=longitude_deg,
            answer=answer,
            stores=to_bytes(found.stores),
            uncounted=sorted(uncounted),
            reach_m=rules.reach_m,
            register_version=register().version,
            rule_edition=edition(),
            version=version("rasr"),
            actor=actor,
        )
        after = {"about": about, "kind": kind, "answer": str(answer), "stores": found.stores["store_id"].n_unique()}
        table = SiteEnquiry._meta.db_table
        trail.record(actor=actor, act="safeguarding.ask", table=table, row_id=made.pk, after=after)
    return made
