"""The first page: how dangerous, where, and what to do next, for whoever looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F
from django.urls import reverse

from rasr.core.report.worst import WorstStore
from rasr.node.assessment import queries as assessment
from rasr.node.desk import telling
from rasr.node.desk.names import starred
from rasr.node.desk.queries.due import Due, due_items
from rasr.node.desk.queries.lists import Actor, sites_listed, stores_listed
from rasr.node.jobs import queries as work
from rasr.node.people import queries as people
from rasr.node.people.approvals import queries as approvals
from rasr.node.people.purposes import Held, roles_held
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.places import queries as places
from rasr.node.plan import queries as plan
from rasr.node.records import queries as records
from rasr.node.records.counts import queries as counts
from rasr.node.records.counts.queries import Validity
from rasr.node.records.events.due import Due as Work
from rasr.node.records.events.due import may_have_work, work_for

FIRST_STEPS = 5
OWN_STORES = 10
"""Stores shown to who sees a part of the register."""
MOST_WAITING = 10
"""Approvals shown to who may decide them."""


@dataclass(frozen=True)
class Ranked:
    """One of the worst stores with the names of its places and the sentences of its reasons."""

    store: WorstStore
    site: str
    jurisdiction: str
    reasons: list[str]


@dataclass(frozen=True)
class Step:
    """One of the first things to do: figures as ``plan.queries`` gives them, with the names of its places."""

    figures: dict[str, Any]
    site: str
    jurisdiction: str


@dataclass(frozen=True)
class Whole:
    """The whole node: the latest assessment and plan, for who may see results of the whole node."""

    run: Any = None
    run_stale: bool = False
    worst: list[Ranked] = field(default_factory=list)
    plan: Any = None
    plan_stale: bool = False
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True)
class Machine:
    """The node as a machine, for its administrator; whether it is fit to work stands in every page's ``readiness``."""

    users: int
    jobs: dict[str, int]


@dataclass(frozen=True)
class Waits:
    """An act that waits for the reader as the second person."""

    approval_id: UUID
    title: str


@dataclass(frozen=True)
class Home:
    """What the first page shows; what somebody may not see is None. sites: whether any site is whole in scope.

    roles: of who sees neither stock nor machine, so that the page says what they are for. validity: how much of the
    stock has been confirmed by counts lately. work: the reader's own queue, None for who has none.
    """

    empty: bool
    standing: Any
    whole: Whole | None
    stores: list[Any] | None
    sites: bool
    due: list[Due] | None
    machine: Machine | None
    roles: list[Held]
    waits: list[Waits]
    validity: Validity | None
    work: list[Work] | None


def home(actor: Actor) -> Home:
    """The first page of somebody."""
    sees, everything = may(actor, "view_register"), may(actor, "view_runs")
    empty = records.register().empty
    waiting = approvals.waiting(actor)
    return Home(
        waits=[Waits(row.approval_id, approvals.title(row)) for row in waiting[:MOST_WAITING]],
        empty=empty,
        standing=assessment.standing(actor) if sees else None,
        whole=_whole(actor) if everything and not empty else None,
        stores=_own(actor) if sees and not everything else None,
        sites=sees and scope_of(actor).holds_sites(),
        due=due_items(actor) if sees and not empty else None,
        machine=Machine(people.users().count(), work.state_counts(actor)) if may(actor, "manage_node") else None,
        roles=[] if sees or may(actor, "manage_node") else roles_held(actor),
        validity=counts.validity(actor) if sees and not empty else None,
        work=work_for(actor) if may_have_work(actor) else None,
    )


def _own(actor: Actor) -> list[Any]:
    most_used = F("licence_share").desc(nulls_last=True)
    return list(stores_listed(actor).order_by(most_used, "store_id")[:OWN_STORES])


def _whole(actor: Actor) -> Whole:
    run: Any = assessment.latest(actor)
    planned: Any = plan.latest(actor)
    worst = assessment.worst(actor, run) if run else []
    steps = plan.first_steps(actor, planned, FIRST_STEPS).to_dicts() if planned else []
    names = place_names(actor, [store.site_id for store in worst] + [step["origin_id"] for step in steps])
    return Whole(
        run=run,
        run_stale=bool(run and run.stale),
        worst=[
            Ranked(store, *names.get(store.site_id, (store.site_id, "")), list(map(telling.reason, store.reasons)))
            for store in worst
        ],
        plan=planned,
        plan_stale=bool(planned and planned.stale),
        steps=[Step(step, *names.get(step["origin_id"], (step["origin_id"], ""))) for step in steps],
    )


def place_names(actor: Actor, site_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Name and jurisdiction of sites in scope, by id; one query."""
    rows = places.sites(actor).filter(pk__in=set(site_ids))
    named = rows.values_list("site_id", "name", "organisation__jurisdiction__name")
    return {site_id: (name, starred(jurisdiction)) for site_id, name, jurisdiction in named}


def map_data(actor: Actor) -> dict[str, Any]:
    """The sites in scope with their danger, as the map takes them. Raises PermissionDenied."""
    names = ("site_id", "name", "latitude_deg", "longitude_deg", "neq_kg")
    danger = ("fatalities_per_year", "fatalities_per_year_low", "fatalities_per_year_high")
    rows = sites_listed(actor).order_by("site_id").values_list(*names, *danger)
    sites = [
        {
            "id": site_id,
            "name": name,
            "lat": latitude_deg,
            "lon": longitude_deg,
            "neq_kg": neq_kg,
            "danger": value,
            "low": low,
            "high": high,
            "url": reverse("desk:site", args=[site_id]),
        }
        for site_id, name, latitude_deg, longitude_deg, neq_kg, value, low, high in rows
    ]
    return {"sites": sites}
