"""What is reported and followed up: incidents with their figures, inspections, readings, and what is to be done.

Who keeps stock in a place reports what happens there; who judges it says what was found, proposes and closes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Site, Store
from rasr.node.records.events import queries
from rasr.node.records.lots.told import Why, days_before_today, entered
from rasr.node.records.models import Action, Casualties, Climate, Incident, IncidentState, Inspection

KEEP, JUDGE = "keep_stock", "judge_stock"
FOUND = ("happened_at", "activity", "where", "quantity", "cause_found", "immediate_action", "ban_proposed")
"""Facts of an incident that are found to be otherwise, or filled in, later; see ``revisions``."""
COLDEST_C, HOTTEST_C = -80.0, 120.0
"""Beyond these a reading is a slip of the pen: no store on earth was ever so cold, and none stands so hot."""
Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Report:
    """What is known of an incident at once. happened_at: None unknown. quantity: of the article, None unknown."""

    kind: str
    what: str
    happened_at: datetime | None = None
    where: str = ""
    activity: str = "not_known"
    article_id: str | None = None
    quantity: int | None = None
    cause_reported: str = ""
    immediate_action: str = ""
    ban_proposed: str = ""


@dataclass(frozen=True)
class Hurt:
    """How many people were hurt, as one source has it."""

    harm: str
    sex: str
    status: str
    number: int
    source: str
    stated_on: date


def report(
    *, actor: User, incident_id: UUID, site_id: str, store_id: str | None, known: Report, hurt: tuple[Hurt, ...] = ()
) -> Incident:
    """Report what happened; sent again under the same id it is there already.

    A loss is reported under the id of the movement that recorded it: then what was to be done about that is done.
    Raises PermissionDenied, Site.DoesNotExist, Store.DoesNotExist, Incident.DoesNotExist where the id is another
    person's; Refused: day_in_future.
    """
    require(actor, KEEP)
    with transaction.atomic():
        site, store = _place(actor, KEEP, site_id, store_id)
        if (kept := _sent_before(Incident, incident_id, "reported_by", actor)) is not None:
            return kept
        if known.happened_at is not None and known.happened_at > timezone.now():
            raise Refused("day_in_future", day=timezone.localdate(known.happened_at).isoformat())
        made = Incident.objects.create(
            incident_id=incident_id, site=site, store=store, reported_by=actor, **asdict(known)
        )
        _enter(actor, "incident.report", made, after={"kind": made.kind, "store": store_id, "hurt": len(hurt)})
        for one in hurt:
            _add_hurt(actor, made, one)
        wanted = queries.actions_of(made).filter(site=site, done_on=None)
        wanted.update(done_on=timezone.localdate(), done_by=actor)
    return made


def complete(*, actor: User, incident_id: UUID, facts: Mapping[str, Any], why: Why) -> Incident:
    """Fill in what was found since: some of ``FOUND``. What was said before stands on the trail, with its source.

    why: by what it is known. Raises PermissionDenied, Incident.DoesNotExist; Refused: reason_wanted, day_in_future.
    """
    require(actor, JUDGE)
    assert set(facts) <= set(FOUND), facts
    happened_at = facts.get("happened_at")
    if happened_at is not None and happened_at > timezone.now():
        raise Refused("day_in_future", day=timezone.localdate(happened_at).isoformat())
    with transaction.atomic():
        found = _locked(actor, JUDGE, incident_id)
        told = dict(facts)
        if found.state == IncidentState.REPORTED:
            told["state"] = IncidentState.UNDER_WAY.value
        entered(actor, "incident.change", found, told, why, _where(found))
    return found


def state_figures(*, actor: User, incident_id: UUID, hurt: Sequence[Hurt]) -> list[Casualties]:
    """Put down further figures beside those that stand there; none is replaced. What is there already is not doubled.

    Raises PermissionDenied, Incident.DoesNotExist; Refused: day_in_future, figures_wanted.
    """
    require(actor, KEEP)
    with transaction.atomic():
        found = _locked(actor, KEEP, incident_id)
        if not hurt:
            raise Refused("figures_wanted")
        known = list(found.casualties.filter(recorded_by=actor).values_list(*Hurt.__dataclass_fields__))
        return [_add_hurt(actor, found, one) for one in hurt if astuple(one) not in known]


def close(*, actor: User, incident_id: UUID, why: Why) -> Incident:
    """Close an incident once its cause was looked for and every action is done.

    Raises PermissionDenied, Incident.DoesNotExist; Refused: actions_open, incident_closed, reason_wanted.
    """
    require(actor, JUDGE)
    with transaction.atomic():
        found = _locked(actor, JUDGE, incident_id)
        if found.state == IncidentState.CLOSED:
            raise Refused("incident_closed")
        left = queries.actions_of(found).filter(done_on=None).count()
        if left:
            raise Refused("actions_open", number=left)
        facts = {"state": IncidentState.CLOSED.value, "closed_at": timezone.now()}
        entered(actor, "incident.close", found, facts, why, _where(found))
    return found


def inspect(
    *, actor: User, inspection_id: UUID, site_id: str, store_id: str | None, facts: Mapping[str, Any]
) -> Inspection:
    """Put down an inspection or a test; sent again under the same id it is there already.

    facts: kind, done_on, done_by, result, text, next_on. Raises PermissionDenied, Site.DoesNotExist,
    Store.DoesNotExist, Inspection.DoesNotExist where the id is another person's; Refused: day_in_future,
    next_before_done.
    """
    require(actor, KEEP)
    with transaction.atomic():
        site, store = _place(actor, KEEP, site_id, store_id)
        if (kept := _sent_before(Inspection, inspection_id, "recorded_by", actor)) is not None:
            return kept
        days_before_today(facts["done_on"])
        if facts.get("next_on") is not None and facts["next_on"] <= facts["done_on"]:
            raise Refused("next_before_done")
        made = Inspection.objects.create(
            inspection_id=inspection_id, site=site, store=store, recorded_by=actor, **dict(facts)
        )
        after = {"kind": made.kind, "result": made.result, "done_on": made.done_on, "next_on": made.next_on}
        _enter(actor, "inspection.add", made, after=after)
    return made


def measure(
    *, actor: User, store_id: str, measured_at: datetime, temperature_c: float | None, humidity_pct: float | None
) -> Climate:
    """Put down a reading of a store; of the same time there is one, and it stays as it was.

    Raises PermissionDenied, Store.DoesNotExist; Refused: day_in_future, reading_empty, reading_exists, reading_odd.
    """
    require(actor, KEEP)
    with transaction.atomic():
        store = Store.objects.filter(scope_of(actor, KEEP).stores(), closed=False).get(pk=store_id)
        if measured_at > timezone.now():
            raise Refused("day_in_future", day=timezone.localdate(measured_at).isoformat())
        if temperature_c is None and humidity_pct is None:
            raise Refused("reading_empty")
        if temperature_c is not None and not COLDEST_C <= temperature_c <= HOTTEST_C:
            raise Refused("reading_odd", value=temperature_c)
        if Climate.objects.filter(store=store, measured_at=measured_at).exists():
            raise Refused("reading_exists", store=store_id)
        made = Climate.objects.create(
            store=store,
            measured_at=measured_at,
            temperature_c=temperature_c,
            humidity_pct=humidity_pct,
            recorded_by=actor,
        )
        trail.record(
            actor=actor,
            act="climate.add",
            table=Climate._meta.db_table,
            row_id=made.pk,
            after={"store": store_id, "temperature_c": temperature_c, "humidity_pct": humidity_pct},
            organisation_id=store.site.organisation_id,
            site_id=store.site_id,
        )
    return made


def plan_action(
    *, actor: User, action_id: UUID, of: Incident | Inspection, text: str, responsible: str, due_on: date
) -> Action:
    """Say what is to be done by a day after an incident or an inspection. Sent again it is there already.

    Raises PermissionDenied, Site.DoesNotExist, Store.DoesNotExist, Action.DoesNotExist where the id is another
    person's; Refused: text_wanted.
    """
    require(actor, KEEP)
    with transaction.atomic():
        site, store = _place(actor, KEEP, of.site_id, of.store_id)
        if (kept := _sent_before(Action, action_id, "made_by", actor)) is not None:
            return kept
        if not text.strip():
            raise Refused("text_wanted")
        made = Action.objects.create(
            action_id=action_id,
            site=site,
            store=store,
            table=of._meta.db_table,
            row_id=str(of.pk),
            text=text,
            responsible=responsible,
            due_on=due_on,
            made_by=actor,
        )
        _enter(actor, "action.plan", made, after={"due_on": due_on, "of": made.row_id})
    return made


def finish_action(*, actor: User, action_id: UUID, done_on: date, done_text: str) -> Action:
    """Say that it is done, when and what. What follows from a breach ends by itself, when the rule holds again.

    Raises PermissionDenied, Action.DoesNotExist; Refused: action_done, action_by_itself, day_in_future, text_wanted.
    """
    require(actor, KEEP)
    with transaction.atomic():
        found = queries.actions(actor, KEEP).select_for_update(of=("self",)).get(pk=action_id)
        if found.done_on is not None:
            raise Refused("action_done")
        if queries.ends_by_itself(found):
            raise Refused("action_by_itself")
        days_before_today(done_on)
        if not done_text.strip():
            raise Refused("text_wanted")
        found.done_on, found.done_by, found.done_text = done_on, actor, done_text
        found.save(update_fields=["done_on", "done_by", "done_text"])
        _enter(actor, "action.finish", found, after={"done_on": done_on})
    return found


def _sent_before(model: type[Row], key: UUID, by: str, actor: User) -> Row | None:
    """What somebody sent under this id before. Raises DoesNotExist where somebody else did."""
    if not model._default_manager.filter(pk=key).exists():
        return None
    return model._default_manager.get(pk=key, **{by: actor})


def _place(actor: User, right: str, site_id: str, store_id: str | None) -> tuple[Site, Store | None]:
    """Site and store in scope. Raises Site.DoesNotExist, Store.DoesNotExist."""
    scope = scope_of(actor, right)
    if store_id is not None:
        store = Store.objects.select_related("site").filter(scope.stores(), closed=False).get(pk=store_id, site=site_id)
        return store.site, store
    return Site.objects.filter(scope.sites(), closed=False).get(pk=site_id), None


def _locked(actor: User, right: str, incident_id: UUID) -> Incident:
    found = queries.incidents(actor, right).select_related(None).select_for_update(of=("self",))
    return found.get(pk=incident_id)


def _add_hurt(actor: User, incident: Incident, hurt: Hurt) -> Casualties:
    days_before_today(hurt.stated_on)
    made = Casualties.objects.create(incident=incident, recorded_by=actor, **asdict(hurt))
    trail.record(
        actor=actor,
        act="incident.figure",
        table=Incident._meta.db_table,
        row_id=incident.pk,
        after=asdict(hurt),
        organisation_id=incident.site.organisation_id,
        site_id=incident.site_id,
    )
    return made


def _where(row: Any) -> tuple[str, str]:
    return row.site.organisation_id, row.site_id


def _enter(actor: User, act: str, row: models.Model, *, after: Mapping[str, Any]) -> None:
    organisation_id, site_id = _where(row)
    trail.record(
        actor=actor,
        act=act,
        table=row._meta.db_table,
        row_id=row.pk,
        after=after,
        organisation_id=organisation_id,
        site_id=site_id,
    )
