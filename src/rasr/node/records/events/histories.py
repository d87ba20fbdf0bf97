"""The histories of incidents, inspections and actions, on the trail; photographs of incidents."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from rasr.node.people.histories import Row, tell, uuid_of
from rasr.node.people.models import User
from rasr.node.records.catalogue import pictures
from rasr.node.records.events import queries
from rasr.node.records.models import Action, Incident, Inspection

OF_INCIDENT = ("incident-found", "incident-figures", "incident-action", "incident-close")


def tell_all() -> None:
    """Name them; called once, when the node starts."""
    parts = tuple(f"records:{part}" for part in OF_INCIDENT)
    tell(
        *(Incident, _("Incident"), _incident),
        page="records:incident",
        argument="incident_id",
        beside=_of_incident,
        parts=parts,
    )
    tell(
        *(Inspection, _("Inspection"), _inspection),
        page="records:inspection",
        argument="inspection_id",
        beside=_of_inspection,
        parts=("records:inspection-action",),
    )
    tell(
        *(Action, _("Action"), _action),
        page="records:action",
        argument="action_id",
        parts=("records:action-done",),
    )
    pictures.pictured(Incident, _adds)


def _incident(actor: User, row_id: str) -> str | None:
    found = queries.incidents(actor).filter(pk=uuid_of(row_id)).first()
    return f"{found.get_kind_display()}, {found.store_id or found.site.name}" if found else None


def _adds(actor: User, row_id: str) -> bool:
    return queries.incidents(actor, queries.KEEP).filter(pk=uuid_of(row_id)).exists()


def _inspection(actor: User, row_id: str) -> str | None:
    found = queries.inspections(actor).filter(pk=uuid_of(row_id)).first()
    return f"{found.get_kind_display()}, {found.store_id or found.site.name}" if found else None


def _action(actor: User, row_id: str) -> str | None:
    found = queries.actions(actor).filter(pk=uuid_of(row_id)).first()
    return found.said if found else None


def _of_incident(actor: User, row_id: str) -> Iterable[Row]:
    return _actions(actor, Incident._meta.db_table, row_id)


def _of_inspection(actor: User, row_id: str) -> Iterable[Row]:
    return _actions(actor, Inspection._meta.db_table, row_id)


def _actions(actor: User, table: str, row_id: str) -> Iterable[Row]:
    rows = queries.actions(actor).filter(table=table, row_id=str(uuid_of(row_id)))
    keys = rows.values_list("pk", flat=True)
    return ((Action._meta.db_table, str(key)) for key in keys)
