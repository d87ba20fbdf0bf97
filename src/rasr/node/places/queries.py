"""The places somebody may see. What is out of scope is the same as what is not there.

Who may see what is known one room further on, in people, which hands it in when the node starts (``scope_by``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from rasr.node.places.models import Site, Store

_scope: list[Callable[[Any, str], Q]] = []


def scope_by(sites_of: Callable[[Any, str], Q]) -> None:
    """sites_of: from somebody and the lookup path to a site (``site__``) to the filter for what they may see."""
    _scope[:] = [sites_of]


def in_scope(actor: Any, prefix: str = "") -> Q:
    """The filter for rows of the sites somebody may see; nothing for whom no rule is known."""
    return _scope[0](actor, prefix) if _scope else Q(pk__in=[])


def sites(actor: Any) -> QuerySet[Site]:
    """Open sites in scope, with organisation and jurisdiction."""
    rows = Site.objects.filter(in_scope(actor), closed=False)
    return rows.select_related("organisation__jurisdiction").order_by("position")


def stores(actor: Any) -> QuerySet[Store]:
    """Open stores in scope, with site, organisation and jurisdiction."""
    rows = Store.objects.filter(in_scope(actor, "site__"), closed=False)
    return rows.select_related("site__organisation__jurisdiction").order_by("position")


def site(actor: Any, site_id: str) -> Site:
    """One site. Raises Site.DoesNotExist."""
    return sites(actor).get(pk=site_id)


def store(actor: Any, store_id: str) -> Store:
    """One store. Raises Store.DoesNotExist."""
    return stores(actor).get(pk=store_id)
