"""What each role is for, as people are told it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rasr.node.people.choices import Role
from rasr.node.people.models import User
from rasr.node.people.place import name_of
from rasr.node.people.rights import RIGHTS, grants_of, of_the_node

PURPOSES: dict[str, str | Promise] = {
    Role.STOREKEEPER: _("Keeps the stock of stores: sees what lies in them, and what is due."),
    Role.TECHNICAL_OFFICER: _(
        "Watches over safety: licences, mixing, distances, and what would happen. Sets class marks."
    ),
    Role.PLANNER: _("Loads records, assesses, and plans what is destroyed first."),
    Role.APPROVER: _("Is the second person for acts that need two."),
    Role.COMMISSION_EDITOR: _("Prepares figures of the commission for release and for reports."),
    Role.COMMISSION_APPROVER: _("Approves figures of the commission before they are released."),
    Role.SECRETARIAT: _("Works with what jurisdictions have released to the region."),
    Role.DONOR: _("Sees what money would buy and what it has bought, without names and positions of sites."),
    Role.AUDITOR: _("Reads everything and changes nothing. Every look at what is confidential is on the trail."),
    Role.ADMINISTRATOR: _("Keeps accounts and roles, and the machine. Sees no stock."),
}
"""Role to its purpose, in one or two sentences."""


@dataclass(frozen=True)
class Held:
    """A role somebody holds. place: where, empty for the whole node. pages: whether there are any for it yet."""

    name: str
    place: str
    purpose: str | Promise
    pages: bool


def roles_held(actor: User | AnonymousUser) -> list[Held]:
    """The roles of somebody, as the first page says them."""
    return [
        Held(
            str(Role(grant.role).label),
            "" if of_the_node(grant) else name_of(grant),
            PURPOSES[grant.role],
            bool(RIGHTS[grant.role]),
        )
        for grant in grants_of(actor)
    ]
