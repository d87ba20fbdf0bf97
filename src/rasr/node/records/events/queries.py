"""What somebody may see of incidents, inspections, readings and actions: those of their sites and stores."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery

from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Site, Store
from rasr.node.records.models import Action, Breach, Casualties, Climate, Incident, Inspection
from rasr.node.records.queries import Actor

VIEW = "view_register"
KEEP, JUDGE = "keep_stock", "judge_stock"


def incidents(actor: Actor, right: str = VIEW) -> QuerySet[Incident]:
    """Incidents at places in scope, the latest first."""
    rows = Incident.objects.select_related("site__organisation", "store", "article", "reported_by")
    return rows.filter(_here(actor, right))


def listed(actor: Actor) -> QuerySet[Any]:
    """``incidents`` with hurt: whether any source says that somebody was."""
    hurt = Casualties.objects.filter(incident=OuterRef("pk"), number__gt=0)
    return incidents(actor).annotate(hurt=Exists(hurt))


def incident(actor: Actor, incident_id: UUID, right: str = VIEW) -> Incident:
    """One incident. Raises Incident.DoesNotExist, also for what is out of scope."""
    return incidents(actor, right).get(pk=incident_id)


def figures_of(incident: Incident) -> QuerySet[Casualties]:
    """Figures on people hurt in an incident, the earliest first."""
    return incident.casualties.select_related("recorded_by")


def inspections(actor: Actor, right: str = VIEW) -> QuerySet[Inspection]:
    """Inspections of places in scope, the latest first."""
    return Inspection.objects.select_related("site__organisation", "store", "recorded_by").filter(_here(actor, right))


def inspection(actor: Actor, inspection_id: UUID, right: str = VIEW) -> Inspection:
    """One inspection. Raises Inspection.DoesNotExist, also for what is out of scope."""
    return inspections(actor, right).get(pk=inspection_id)


def actions(actor: Actor, right: str = VIEW) -> QuerySet[Action]:
    """What is to be done, or was, at places in scope, by the day it is due."""
    return Action.objects.select_related("site__organisation", "store", "made_by", "done_by").filter(
        _here(actor, right)
    )


def action(actor: Actor, action_id: UUID, right: str = VIEW) -> Action:
    """One action. Raises Action.DoesNotExist, also for what is out of scope."""
    return actions(actor, right).get(pk=action_id)


def actions_of(row: Model) -> QuerySet[Action]:
    """What is to be done after an incident, an inspection or a breach that the caller may see."""
    return Action.objects.filter(table=row._meta.db_table, row_id=str(row.pk)).select_related("made_by", "done_by")


def ends_by_itself(action: Action) -> bool:
    """Whether an action is of a breach, which ends when the store keeps the rule again."""
    return action.table == Breach._meta.db_table


def to_report(action: Action) -> UUID | None:
    """The movement of which an action asks to report what happened; None where it asks for something else."""
    if action.table != Incident._meta.db_table or Incident.objects.filter(pk=action.row_id).exists():
        return None
    return UUID(action.row_id)


def measured(actor: Actor) -> QuerySet[Any]:
    """Stores in scope with their latest reading: measured_at, temperature_c, humidity_pct; None where there is none."""
    rows = Store.objects.filter(scope_of(actor).stores(), closed=False).select_related("site")
    latest = Climate.objects.filter(store=OuterRef("pk")).order_by("-measured_at")
    names = ("measured_at", "temperature_c", "humidity_pct")
    return rows.annotate(**{name: Subquery(latest.values(name)[:1]) for name in names})


def store(actor: Actor, store_id: str, right: str = VIEW) -> Store:
    """One store. Raises Store.DoesNotExist, also for what is out of scope."""
    if not may(actor, right):
        raise Store.DoesNotExist
    return Store.objects.select_related("site").filter(scope_of(actor, right).stores()).get(pk=store_id)


def readings(actor: Actor, store_id: str) -> QuerySet[Climate]:
    """Temperature and humidity of a store in scope, the latest first; nothing where it is out of scope."""
    return Climate.objects.filter(scope_of(actor).stores("store__"), store=store_id)


def stores(actor: Actor, right: str = KEEP) -> QuerySet[Store]:
    """Stores where somebody may report."""
    if not may(actor, right):
        return Store.objects.none()
    return Store.objects.filter(scope_of(actor, right).stores(), closed=False).select_related("site")


def sites(actor: Actor, right: str = KEEP) -> QuerySet[Site]:
    """Sites of which somebody may report something that did not happen in a store."""
    if not may(actor, right):
        return Site.objects.none()
    return Site.objects.filter(scope_of(actor, right).sites(), closed=False)


def _here(actor: Actor, right: str) -> Q:
    """Rows of a store in scope, or of a site that is whole in scope."""
    none: Q = Q(pk__in=())
    if not may(actor, right):
        return none
    scope: Any = scope_of(actor, right)
    return Q() if scope.everything else scope.sites("site__") | scope.stores("store__")
