"""The places somebody may see. What is out of scope is the same as what is not there.

Who may see what is known one room further on, in people, which hands it in when the node starts (``scope_by``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from django.db.models import Max, Q, QuerySet

from rasr.node.places.models import Site, Store


class Places(Protocol):
    """The places somebody may see, as filters; prefix: the lookup path to the site or store, such as ``store__``."""

    def sites(self, prefix: str = "") -> Q:
        """Whole sites."""
        ...

    def sites_named(self, prefix: str = "") -> Q:
        """Whole sites, and those of single stores, of which no more than the name is told."""
        ...

    def stores(self, prefix: str = "") -> Q:
        """Stores of whole sites, and single stores."""
        ...


class Nowhere:
    """The places of whom no rule is known: none."""

    def sites(self, prefix: str = "") -> Q:
        """None."""
        return Q(**{f"{prefix}pk__in": []})

    sites_named = stores = sites


_scope: list[Callable[[Any], Places]] = []


def scope_by(places_of: Callable[[Any], Places]) -> None:
    """places_of: from somebody to the places they may see."""
    _scope[:] = [places_of]


def in_scope(actor: Any) -> Places:
    """The places somebody may see; none where no rule was handed in."""
    return _scope[0](actor) if _scope else Nowhere()


def sites(actor: Any) -> QuerySet[Site]:
    """Open sites that are whole in scope, with organisation and jurisdiction."""
    rows = Site.objects.filter(in_scope(actor).sites(), closed=False)
    return rows.select_related("organisation__jurisdiction").order_by("position")


def stores(actor: Any) -> QuerySet[Store]:
    """Open stores in scope, with site, organisation and jurisdiction."""
    rows = Store.objects.filter(in_scope(actor).stores(), closed=False)
    return rows.select_related("site__organisation__jurisdiction").order_by("position")


def sites_named(actor: Any) -> QuerySet[Site]:
    """Open sites that may be named: ``sites``, and those of which a single store is in scope."""
    rows = Site.objects.filter(in_scope(actor).sites_named(), closed=False)
    return rows.select_related("organisation__jurisdiction").order_by("position")


def highest_mark(actor: Any) -> int | None:
    """The highest class mark of the sites that may be named, closed ones too; None where there is none."""
    seen = Site.objects.filter(in_scope(actor).sites_named()).order_by()
    found: dict[str, int | None] = seen.aggregate(highest=Max("mark"))
    return found["highest"]


def site(actor: Any, site_id: str) -> Site:
    """One site. Raises Site.DoesNotExist."""
    return sites(actor).get(pk=site_id)


def store(actor: Any, store_id: str) -> Store:
    """One store. Raises Store.DoesNotExist."""
    return stores(actor).get(pk=store_id)
