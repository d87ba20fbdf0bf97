"""The places of a scope, to choose one from: see ``place.Place.read`` for what a form sends."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from rasr.node.people.place import NODE, Place
from rasr.node.people.scopes import Scope
from rasr.node.places.models import Organisation, Site, Store

Choice = tuple[str, str | Promise]


def places(scope: Scope) -> list[Choice]:
    """Every place inside a scope, the widest first: code and name."""
    named: list[Choice] = [(NODE.code, _("The whole node"))] if scope.everything else []
    organisations = Organisation.objects.filter(closed=False).order_by("name")
    if not scope.everything:
        organisations = organisations.filter(pk__in=scope.organisation_ids)
    for key, name in organisations.values_list("pk", "name"):
        named.append((Place(organisation_id=key).code, _("Organisation: {name}").format(name=name)))
    sites = Site.objects.filter(scope.sites(), closed=False).order_by("name")
    for key, name in sites.values_list("pk", "name"):
        named.append((Place(site_id=key).code, _("Site: {name}").format(name=name)))
    stores = Store.objects.filter(scope.stores(), closed=False).order_by("site__name", "pk")
    for key, name in stores.values_list("pk", "site__name"):
        named.append((Place(store_id=key).code, _("Store: {store}, {site}").format(store=key, site=name)))
    return named
