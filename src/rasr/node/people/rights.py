"""What each role may do. Where a right does not stand, it is not given.

>>> "plan" in RIGHTS[Role.PLANNER], "plan" in RIGHTS[Role.AUDITOR]
(True, False)
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from rasr.node.people.choices import Role
from rasr.node.people.models import Grant, User

ALL = ("view_register", "load_register", "assess", "plan", "view_runs", "manage_node")
"""Every right. view_runs: results of the whole node; the other rights on stock hold within the scope of the role."""
RIGHTS: dict[str, frozenset[str]] = {
    Role.STOREKEEPER: frozenset({"view_register"}),
    Role.TECHNICAL_OFFICER: frozenset({"view_register", "assess", "view_runs"}),
    Role.PLANNER: frozenset({"view_register", "load_register", "assess", "plan", "view_runs"}),
    Role.AUDITOR: frozenset({"view_register", "view_runs"}),
    Role.ADMINISTRATOR: frozenset({"manage_node"}),
}
OF_THE_NODE = frozenset({"load_register", "assess", "plan", "view_runs", "manage_node"})
"""Rights that touch the whole node, so that only a role on the whole node gives them."""


def rights_of(actor: User | AnonymousUser) -> frozenset[str]:
    """The rights of somebody."""
    return frozenset().union(*map(_of_grant, grants_of(actor)))


def may(actor: User | AnonymousUser, right: str) -> bool:
    """Whether somebody has a right. An unknown right is a fault of the program."""
    assert right in ALL, right
    return right in rights_of(actor)


def require(actor: User | AnonymousUser, right: str) -> None:
    """Refuse who does not have a right. Raises PermissionDenied."""
    if not may(actor, right):
        raise PermissionDenied(right)


def grants_of(actor: User | AnonymousUser) -> list[Grant]:
    """The grants of somebody, read once per object; none of who is not signed in or not active."""
    if not isinstance(actor, User) or not actor.is_active:
        return []
    if actor.known_grants is None:
        actor.known_grants = list(Grant.objects.filter(user=actor))
    return actor.known_grants


def _of_grant(grant: Grant) -> frozenset[str]:
    given = RIGHTS.get(grant.role, frozenset())
    whole_node = grant.organisation_id is None and grant.site_id is None
    return given if whole_node else given - OF_THE_NODE
