"""Who there is to be the second person, for an act that needs two."""

from __future__ import annotations

from rasr.node.people.models import User
from rasr.node.people.rights import RIGHTS
from rasr.node.people.scopes import scope_of


def second_people(
    actor: User | None,
    right: str,
    organisation_id: str | None = None,
    site_id: str | None = None,
    store_id: str | None = None,
) -> list[User]:
    """Everybody but the actor whose account is open and who has the right in that place (all None: the whole node).

    actor: None is the owner of the machine, who is nobody's second person.
    """
    roles = [role for role, given in RIGHTS.items() if right in given]
    holders = User.objects.filter(is_active=True, grants__role__in=roles).distinct().order_by("username")
    others = holders.exclude(pk=actor.pk) if actor else holders
    return [somebody for somebody in others if scope_of(somebody, right).covers(organisation_id, site_id, store_id)]
