"""What each role may do. Where a right does not stand, it is not given.

>>> "plan" in RIGHTS[Role.PLANNER], "plan" in RIGHTS[Role.AUDITOR]
(True, False)
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from rasr.node.people.choices import Role
from rasr.node.people.models import Grant, User

ALL = (
    "view_register",
    "load_register",
    "keep_stock",
    "judge_stock",
    "approve_stock",
    "back_date",
    "edit_catalogue",
    "assess",
    "plan",
    "view_runs",
    "classify",
    "view_security",
    "assess_security",
    "view_trail",
    "manage_people",
    "approve_grants",
    "manage_node",
    "view_upgrades",
    "manage_upgrades",
)
"""Every right. keep_stock: movements, counts, reports of what happened; judge_stock: condition, conversion, bans;
approve_stock: the second person for stock; back_date: recording late; edit_catalogue: articles, which are of the whole
node. view_runs: results of the whole node; classify: class marks; view_security: how a site is secured, with its
weak points; assess_security: visiting it; view_upgrades, manage_upgrades: upgrade projects, which say what locks a
place has; approve_grants: the second person for roles; manage_node: the machine. The rights on stock, security,
projects and people hold within the scope of the role."""
RIGHTS: dict[str, frozenset[str]] = {
    Role.STOREKEEPER: frozenset({"view_register", "keep_stock"}),
    Role.TECHNICAL_OFFICER: frozenset(
        {"view_register", "keep_stock", "judge_stock", "back_date", "edit_catalogue", "assess", "view_runs", "classify"}
        | {"view_security", "assess_security", "view_upgrades", "manage_upgrades"}
    ),
    Role.PLANNER: frozenset(
        {"view_register", "load_register", "keep_stock", "back_date", "edit_catalogue", "assess", "plan", "view_runs"}
        | {"classify", "view_security", "assess_security", "view_upgrades", "manage_upgrades"}
    ),
    Role.APPROVER: frozenset({"view_register", "approve_stock", "view_runs", "approve_grants", "view_upgrades"}),
    Role.COMMISSION_EDITOR: frozenset(),
    Role.COMMISSION_APPROVER: frozenset(),
    Role.SECRETARIAT: frozenset(),
    Role.DONOR: frozenset(),
    Role.AUDITOR: frozenset({"view_register", "view_runs", "view_trail", "view_security", "view_upgrades"}),
    Role.ADMINISTRATOR: frozenset({"manage_node", "manage_people", "approve_grants"}),
}
"""Roles without a right here work with reports and releases, for which there are no pages yet."""
OF_THE_NODE = frozenset({"load_register", "edit_catalogue", "assess", "plan", "view_runs", "view_trail", "manage_node"})
"""Rights that touch the whole node, so that only a role on the whole node gives them."""


def rights_of(actor: User | AnonymousUser) -> frozenset[str]:
    """The rights of somebody."""
    return frozenset().union(*map(rights_by, grants_of(actor)))


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


def rights_by(grant: Grant) -> frozenset[str]:
    """The rights a grant gives where it holds."""
    given = RIGHTS.get(grant.role, frozenset())
    return given if of_the_node(grant) else given - OF_THE_NODE


def of_the_node(grant: Grant) -> bool:
    """Whether a grant holds on the whole node."""
    return grant.organisation_id is grant.site_id is grant.store_id is None
