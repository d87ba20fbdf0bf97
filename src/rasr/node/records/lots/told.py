"""Why something was changed, and its entry on the trail with what it was before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.node.people import trail
from rasr.node.people.models import User


@dataclass(frozen=True)
class Why:
    """A reason and the language it is written in; empty where nobody asked for one."""

    text: str = ""
    language: str = ""


def entered(
    actor: User, act: str, row: Model, facts: Mapping[str, Any], why: Why, where: tuple[str, str] = ("", "")
) -> None:
    """Give a locked row these facts and write on the trail which of them changed; nothing where none did.

    where: organisation and site. Raises Refused: reason_wanted.
    """
    before = {name: getattr(row, name) for name in facts}
    changed = [name for name, value in facts.items() if value != before[name]]
    if not changed:
        return
    if not why.text.strip():
        raise Refused("reason_wanted")
    for name in changed:
        setattr(row, name, facts[name])
    kept_at = ["changed_at"] if any(field.name == "changed_at" for field in row._meta.fields) else []
    row.save(update_fields=[*changed, *kept_at])
    trail.record(
        actor=actor,
        act=act,
        table=row._meta.db_table,
        row_id=row.pk,
        reason=why.text,
        reason_language=why.language,
        before={name: before[name] for name in changed},
        after={name: facts[name] for name in changed},
        organisation_id=where[0],
        site_id=where[1],
    )


def days_before_today(*days: date | None) -> None:
    """Raises Refused: day_in_future."""
    today = timezone.localdate()
    for day in days:
        if day is not None and day > today:
            raise Refused("day_in_future", day=day.isoformat())
