"""Who works with approvals in these tests: most know only the places of one ministry, one the whole node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from tests.node.conftest import Places, somebody

from rasr.core.basis.findings import Refused
from rasr.node.people import services
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import Approval, Entry, User
from rasr.node.people.place import Place

ASKS, DECIDES = "asks", "decides"


@dataclass(frozen=True)
class Crew:
    """owner asks, for her own ministry; mate is the second person there; stranger has both rights in another ministry.

    chief manages the whole node. keeper is the person it is about, of the owner's ministry.
    """

    owner: User
    mate: User
    stranger: User
    chief: User
    keeper: User
    places: Places

    @property
    def site(self) -> Place:
        """A site of the owner's ministry."""
        return Place(site_id=self.places.site_id)

    @property
    def other_site(self) -> Place:
        """A site of the stranger's."""
        return Place(site_id=self.places.other_site_id)

    def ask(self, **more: Any) -> Approval:
        """The owner asks for the keeper to be a technical officer of the site."""
        given = {
            "actor": self.owner,
            "user_id": self.keeper.pk,
            "role": "technical_officer",
            "place": self.site,
            "reason": "Moves.",
        }
        return services.ask_grant(session=ASKS, **{**given, **more})

    def decide(self, asked: Approval, **more: Any) -> Approval:
        """The mate looks, and approves what was shown."""
        given = {"actor": self.mate, "session": DECIDES, "approve": True, "reason": "Seen.", "digest": asked.digest}
        return approvals.decide(approval_id=asked.pk, **{**given, **more})

    def roles(self) -> set[tuple[str, str]]:
        """What the keeper holds: role and place."""
        return {(grant.role, Place.of(grant).code) for grant in self.keeper.grants.all()}


def crew(places: Places) -> Crew:
    """Everybody."""
    ours, theirs = places.organisation_id, places.other_organisation_id
    return Crew(
        owner=somebody("owner", "administrator", organisation_id=ours),
        mate=somebody("mate", "approver", organisation_id=ours),
        stranger=somebody("stranger-of-both", "administrator", organisation_id=theirs),
        chief=somebody("chief", "administrator"),
        keeper=somebody("keeper", "storekeeper", site_id=places.site_id),
        places=places,
    )


def trail_of(asked: Approval) -> list[tuple[str, str]]:
    """Acts and outcomes on the trail of one approval, in their order."""
    rows = Entry.objects.filter(row_id=str(asked.pk)).order_by("at", "entry_id")
    return list(rows.values_list("act", "outcome"))


def refused(code: str, act: Callable[[], Any]) -> None:
    """The act is refused with this code."""
    with pytest.raises(Refused) as fault:
        act()
    assert fault.value.code == code
