"""Which places somebody may see or act on: the one mechanism for every model.

``Store.objects.filter(scope_of(actor).stores(""))`` gives the stores in scope.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from rasr.node.people.models import User
from rasr.node.people.rights import grants_of, of_the_node, rights_by
from rasr.node.places.models import Site, Store


@dataclass(frozen=True)
class Scope:
    """The places a right holds in: everything, or these organisations, sites and stores."""

    everything: bool
    organisation_ids: frozenset[str]
    site_ids: frozenset[str]
    store_ids: frozenset[str]

    def sites(self, prefix: str = "") -> Q:
        """A filter to the rows of sites that are whole in scope. prefix: lookup path to the site: ``site__``."""
        if self.everything:
            return Q()
        by_site = Q(**{f"{prefix}site_id__in": self.site_ids})
        return by_site | Q(**{f"{prefix}organisation_id__in": self.organisation_ids})

    def sites_named(self, prefix: str = "") -> Q:
        """``sites``, and those of which a single store is in scope: they may be named, not shown."""
        if self.everything:
            return Q()
        around = Store.objects.filter(pk__in=self.store_ids).order_by().values("site_id")
        return self.sites(prefix) | Q(**{f"{prefix}pk__in": around})

    def stores(self, prefix: str = "") -> Q:
        """A filter to the rows of stores in scope. prefix: lookup path to the store: ``store__``, empty for stores."""
        if self.everything:
            return Q()
        return self.sites(f"{prefix}site__") | Q(**{f"{prefix}store_id__in": self.store_ids})

    def has(self, organisation_id: str, site_id: str, store_id: str) -> bool:
        """Whether a store of which it is known where it is lies inside: as ``stores`` would find it."""
        return (
            self.everything
            or organisation_id in self.organisation_ids
            or site_id in self.site_ids
            or store_id in self.store_ids
        )

    def key(self) -> str:
        """The same for the same places, for what is kept by scope."""
        places = (self.organisation_ids, self.site_ids, self.store_ids)
        return "*" if self.everything else repr(tuple(map(sorted, places)))

    def holds_sites(self) -> bool:
        """Whether any site is whole in scope; where not, there are at most single stores."""
        return self.everything or bool(self.organisation_ids or self.site_ids)

    def covers(self, organisation_id: str | None, site_id: str | None, store_id: str | None) -> bool:
        """Whether a place lies inside; all None is the whole node."""
        if self.everything:
            return True
        if store_id is not None:
            return Store.objects.filter(self.stores(), pk=store_id).exists()
        if site_id is not None:
            return Site.objects.filter(self.sites(), pk=site_id).exists()
        return organisation_id is not None and organisation_id in self.organisation_ids


def scope_of(actor: User | AnonymousUser, right: str = "view_register") -> Scope:
    """The scope of somebody's roles that give them a right."""
    grants = [grant for grant in grants_of(actor) if right in rights_by(grant)]
    return Scope(
        everything=any(map(of_the_node, grants)),
        organisation_ids=frozenset(grant.organisation_id for grant in grants if grant.organisation_id),
        site_ids=frozenset(grant.site_id for grant in grants if grant.site_id),
        store_ids=frozenset(grant.store_id for grant in grants if grant.store_id),
    )
