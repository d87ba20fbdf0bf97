"""What every act on a visit does: authorise and lock it first, and stand on the trail, without what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from rasr.core.basis.findings import Refused
from rasr.node.assessment.models import SecurityVisit
from rasr.node.assessment.security import queries
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of

RIGHT = queries.ASSESS
TABLE = SecurityVisit._meta.db_table


@transaction.atomic
def locked(actor: User, visit_id: UUID, *, any_state: bool = False) -> SecurityVisit:
    """A visit that the actor may work on, locked for the transaction around.

    Raises PermissionDenied; SecurityVisit.DoesNotExist, also for one out of scope; Refused: security_visit_closed.
    """
    require(actor, RIGHT)
    rows = SecurityVisit.objects.filter(scope_of(actor, RIGHT).sites("site__")).select_related("site")
    found = rows.select_for_update(of=("self",)).get(pk=visit_id)
    if not any_state and not queries.is_open(found):
        raise Refused("security_visit_closed")
    return found


def entered(actor: User, act: str, visit: SecurityVisit, after: Mapping[str, Any]) -> None:
    """An entry on the trail. after: ids and counts, never an answer; reasons are sealed with the visit."""
    trail.record(
        actor=actor,
        act=act,
        table=TABLE,
        row_id=visit.pk,
        after=after,
        organisation_id=visit.site.organisation_id,
        site_id=visit.site_id,
    )
