"""Works offered for a site: entered with their cost, withdrawn; sealed at rest, since they tell what is weak.

enter(actor=officer, site_id="S1", work=Work("fence", cost_eur=40_000.0, source="Offer 12/2026"))
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from math import inf, isfinite
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from uuid6 import uuid7

from rasr.core.assessment.security.works import catalogue
from rasr.core.basis.findings import Refused
from rasr.node.assessment.models import SecurityWork
from rasr.node.assessment.security import queries as visits
from rasr.node.assessment.security import sealed
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Store

RIGHT = visits.ASSESS
TABLE = SecurityWork._meta.db_table
SEALED = "rasr security work"


@dataclass(frozen=True)
class Work:
    """What is offered. store_id: None for the site as a whole. Money and life: None unknown.

    cost_low_eur, cost_high_eur: between which it may lie.
    """

    kind: str
    store_id: str | None = None
    cost_eur: float | None = None
    life_years: float | None = None
    upkeep_eur_per_year: float | None = None
    source: str = ""
    cost_low_eur: float | None = None
    cost_high_eur: float | None = None


def enter(*, actor: User, site_id: str, work: Work) -> SecurityWork:
    """Keep a work. One without a cost is kept, and is no choice until it has one.

    Raises PermissionDenied; Site.DoesNotExist, Store.DoesNotExist, also out of scope; Refused: unknown_rule,
    out_of_range.
    """
    require(actor, RIGHT)
    site = visits.site(actor, site_id, RIGHT)
    if work.store_id is not None:
        Store.objects.get(pk=work.store_id, site=site, closed=False)
    known = catalogue()
    if work.kind not in known:
        raise Refused("unknown_rule", what="kind of work", value=work.kind, known=", ".join(known))
    least_eur, most_eur = work.cost_low_eur or 0.0, inf if work.cost_high_eur is None else work.cost_high_eur
    for quantity, value, least, most, unit in (
        ("The lowest cost", work.cost_low_eur, 0.0, inf, "EUR"),
        ("The highest cost", work.cost_high_eur, least_eur, inf, "EUR"),
        ("The cost", work.cost_eur, least_eur, most_eur, "EUR"),
        ("The life", work.life_years, 0.0, inf, "years"),
        ("The upkeep", work.upkeep_eur_per_year, 0.0, inf, "EUR a year"),
    ):
        if value is not None and not (isfinite(value) and least <= value <= most):
            told = "any" if most == inf else most
            raise Refused("out_of_range", quantity=quantity, minimum=least, maximum=told, unit=unit, value=value)
    work_id = uuid7()
    body = sealed.seal_row(SEALED, work_id, json.dumps(asdict(work)))
    with transaction.atomic():
        made = SecurityWork.objects.create(work_id=work_id, site=site, body=body, entered_by=actor)
        _record(actor, "security.work", made)
    return made


def withdraw(*, actor: User, work_id: UUID) -> SecurityWork:
    """Offer a work no more. Raises PermissionDenied; SecurityWork.DoesNotExist, also for one that is not offered."""
    require(actor, RIGHT)
    with transaction.atomic():
        rows = SecurityWork.objects.filter(scope_of(actor, RIGHT).sites("site__"), withdrawn_at=None)
        found = rows.select_related("site").select_for_update(of=("self",)).get(pk=work_id)
        found.withdrawn_by, found.withdrawn_at = actor, timezone.now()
        found.save(update_fields=["withdrawn_by", "withdrawn_at"])
        _record(actor, "security.work_withdraw", found)
    return found


def opened(found: SecurityWork) -> Work:
    """What a work is. Raises Refused: security_unreadable."""
    return Work(**json.loads(sealed.open_row(SEALED, found.pk, found.body)))


def _record(actor: User, act: str, found: SecurityWork) -> None:
    """On the trail: that, not what; the site is the place of it."""
    trail.record(
        actor=actor,
        act=act,
        table=TABLE,
        row_id=found.pk,
        organisation_id=found.site.organisation_id,
        site_id=found.site_id,
    )
