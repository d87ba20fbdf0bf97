"""Which sites somebody may see: the one mechanism for every model.

``Store.objects.filter(scope_of(actor).sites("site__"))`` gives the stores of the actor's sites.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from rasr.node.people.models import User
from rasr.node.people.rights import RIGHTS, grants_of


@dataclass(frozen=True)
class Scope:
    """The places somebody may see stock of: everything, or these organisations and sites."""

    everything: bool
    organisation_ids: frozenset[str]
    site_ids: frozenset[str]

    def sites(self, prefix: str = "") -> Q:
        """A filter to the rows of the sites in scope. prefix: lookup path from the model to its site: ``site__``."""
        if self.everything:
            return Q()
        by_site = Q(**{f"{prefix}site_id__in": self.site_ids})
        return by_site | Q(**{f"{prefix}organisation_id__in": self.organisation_ids})


def scope_of(actor: User | AnonymousUser) -> Scope:
    """The scope of somebody's roles that let them see stock."""
    grants = [grant for grant in grants_of(actor) if "view_register" in RIGHTS.get(grant.role, frozenset())]
    return Scope(
        everything=any(grant.organisation_id is None and grant.site_id is None for grant in grants),
        organisation_ids=frozenset(grant.organisation_id for grant in grants if grant.organisation_id),
        site_ids=frozenset(grant.site_id for grant in grants if grant.site_id),
    )
