"""A place where a role holds or an act takes effect: the whole node, an organisation, a site or a store.

>>> Place.read("site:KRUŠEVO").site_id, Place.read("node") == NODE
('KRUŠEVO', True)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from rasr.node.people.approvals.told import Told, ours
from rasr.node.people.models.user import Scoped
from rasr.node.people.scopes import Scope
from rasr.node.places.models import Organisation, Site, Store

WHOLE = "node"
LEVELS = ("organisation", "site", "store")
MODELS: dict[str, type[Model]] = {"organisation": Organisation, "site": Site, "store": Store}


@dataclass(frozen=True)
class Place:
    """At most one of the three is given; none of them is the whole node."""

    organisation_id: str | None = None
    site_id: str | None = None
    store_id: str | None = None

    @classmethod
    def of(cls, row: Scoped) -> Place:
        """Of a row that lies in a place."""
        return cls(row.organisation_id, row.site_id, row.store_id)

    @classmethod
    def read(cls, code: str) -> Place:
        """From ``node`` or ``site:ID``. Raises ObjectDoesNotExist where that is no place's code."""
        if code == WHOLE:
            return NODE
        level, _colon, key = code.partition(":")
        if level not in LEVELS or not key:
            raise ObjectDoesNotExist(code)
        return cls(**{f"{level}_id": key})

    @classmethod
    def given(cls, payload: Mapping[str, Any]) -> Place:
        """From the three ids of a payload; one that is missing is None."""
        return cls(*(payload.get(f"{level}_id") for level in LEVELS))

    @property
    def ids(self) -> dict[str, str | None]:
        """As the columns of a row hold it."""
        return {f"{level}_id": key for level, key in zip(LEVELS, self, strict=True)}

    @property
    def code(self) -> str:
        """As a form sends it."""
        return next((f"{level}:{key}" for level, key in zip(LEVELS, self, strict=True) if key is not None), WHOLE)

    def __iter__(self) -> Iterator[str | None]:
        return iter((self.organisation_id, self.site_id, self.store_id))

    def known(self) -> None:
        """Raises ObjectDoesNotExist where there is no such place."""
        for level, key in zip(LEVELS, self, strict=True):
            if key is not None:
                MODELS[level]._default_manager.only("pk").get(pk=key)

    def inside(self, scope: Scope) -> Place:
        """The place itself, if it is there and lies in the scope; what does not is the same as what is not there.

        Raises ObjectDoesNotExist.
        """
        self.known()
        if not scope.covers(*self):
            raise ObjectDoesNotExist(self.code)
        return self

    def where(self) -> tuple[str, str]:
        """Organisation and site of the place as an entry of the trail names them."""
        site_id, organisation_id = self.site_id or "", self.organisation_id or ""
        if self.store_id is not None:
            site_id = Store.objects.filter(pk=self.store_id).values_list("site_id", flat=True).first() or ""
        if site_id:
            organisation_id = Site.objects.filter(pk=site_id).values_list("organisation_id", flat=True).first() or ""
        return organisation_id, site_id


NODE = Place()
"""The whole node."""
WHOLE_NODE = _("the whole node")


def placed(scope: Scope, prefix: str = "") -> Q:
    """A filter to the rows with a place of their own that lie inside a scope. prefix: lookup path to such a row."""
    if scope.everything:
        return Q()
    organisations = Q(**{f"{prefix}organisation_id__in": scope.organisation_ids})
    return organisations | scope.sites(f"{prefix}site__") | scope.stores(f"{prefix}store__")


def name_of(row: Scoped) -> str:
    """The name of the place of a row, whose organisation, site and store were read with it."""
    if row.store is not None:
        return f"{row.store_id}, {row.store.site.name}"
    if row.site is not None:
        return row.site.name
    return row.organisation.name if row.organisation is not None else str(WHOLE_NODE)


def told(place: Place) -> Told:
    """A place as a text that can be kept; by its id where it is no longer there. One query."""
    if place.store_id is not None:
        found = Store.objects.filter(pk=place.store_id).values_list("site__name", flat=True).first()
        return f"{place.store_id}, {found}" if found else place.store_id
    if place.site_id is not None:
        return Site.objects.filter(pk=place.site_id).values_list("name", flat=True).first() or place.site_id
    if place.organisation_id is not None:
        rows = Organisation.objects.filter(pk=place.organisation_id)
        return rows.values_list("name", flat=True).first() or place.organisation_id
    return ours(WHOLE_NODE)
