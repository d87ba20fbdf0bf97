"""What the lists of stock, of the catalogue and of uploads can be narrowed by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rasr.core.reference import loader
from rasr.node.places import queries as places
from rasr.node.records.catalogue.finding import words_in
from rasr.node.records.choices import SOON_DAYS, Deadline, Missing, Unknown
from rasr.node.records.models import ArticleState, UploadState
from rasr.node.web import codes
from rasr.node.web.words import ByWords

ALL = _("All")
FAMILIES = [(code, name) for code, name in codes.choices("family") if code != "all"]
DIVISIONS = [
    (code, codes.NAMES["hazard_division"].get(code, code))
    for code in loader.contract("articles").by_name["hazard_division"].allowed
]
PROPELLANTS = ("propellant", "liquid_propellant")


class StockFilter(ByWords):
    """Filters of stock. The places offered are those in scope."""

    looked_in = ("batch__stock_id", "batch__lot", "batch__article__name", "batch__article__article_id")

    jurisdiction = filters.ChoiceFilter(
        label=_("Jurisdiction"), field_name="store__site__organisation__jurisdiction_id", empty_label=ALL
    )
    organisation = filters.ChoiceFilter(
        label=_("Organisation"), field_name="store__site__organisation_id", empty_label=ALL
    )
    site = filters.ChoiceFilter(label=_("Site"), field_name="store__site_id", empty_label=ALL)
    store = filters.CharFilter(label=_("Store"), field_name="store_id")
    family = filters.ChoiceFilter(
        label=_("Family"), field_name="batch__article__family", choices=FAMILIES, empty_label=ALL
    )
    division = filters.ChoiceFilter(
        label=_("Division"), field_name="batch__article__hazard_division", choices=DIVISIONS, empty_label=ALL
    )
    condition = filters.ChoiceFilter(
        label=_("Condition"),
        choices=[*codes.choices("condition"), *Unknown.choices],
        method="by_condition",
        empty_label=ALL,
    )
    purpose = filters.ChoiceFilter(
        label=_("Purpose"), field_name="batch__purpose", choices=codes.choices("purpose"), empty_label=ALL
    )
    mass = filters.ChoiceFilter(label=_("Mass"), choices=Unknown.choices, method="by_unknown", empty_label=ALL)
    neq = filters.ChoiceFilter(label=_("NEQ"), choices=Unknown.choices, method="by_unknown", empty_label=ALL)
    destroy_by = filters.ChoiceFilter(
        label=_("Destroy by"), choices=Deadline.choices, method="by_deadline", empty_label=ALL
    )
    stabiliser = filters.ChoiceFilter(
        label=_("Stabiliser"), choices=Missing.choices, method="by_stabiliser", empty_label=ALL
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        for name, found in _places_of(self.request.user).items():
            self.filters[name].extra["choices"] = sorted(found.items(), key=lambda item: item[1])

    def by_condition(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Rows in a condition, or of which it is not known."""
        return rows.filter(batch__condition=None if value == Unknown.UNKNOWN else value)

    def by_unknown(self, rows: QuerySet[Any], name: str, _value: str) -> QuerySet[Any]:
        """Rows of which the mass, or the NEQ, is not known."""
        return rows.filter(**{f"{name}_kg__isnull": True})

    def by_deadline(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Rows that were to be destroyed by now, or soon are, or that have a day at all; of which something is left."""
        today = timezone.localdate()
        rows = rows.exclude(quantity=0)
        if value == Deadline.PASSED:
            return rows.filter(batch__destroy_by__lt=today)
        if value == Deadline.SOON:
            return rows.filter(batch__destroy_by__range=(today, today + timedelta(days=SOON_DAYS)))
        return rows.filter(batch__destroy_by__isnull=False)

    def by_stabiliser(self, rows: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
        """Propellants of which no stabiliser test is known, and something is left."""
        untested = rows.filter(batch__article__family__in=PROPELLANTS, batch__stabiliser_tested_on=None)
        return untested.exclude(quantity=0)


def _places_of(actor: Any) -> dict[str, dict[str, str]]:
    """The places in scope by kind, from id to name; one query."""
    sites = list(places.sites_named(actor))
    return {
        "jurisdiction": {site.organisation.jurisdiction_id: site.organisation.jurisdiction.name for site in sites},
        "organisation": {site.organisation_id: site.organisation.name for site in sites},
        "site": {site.site_id: f"{site.name} ({site.site_id})" for site in sites},
    }


class HeldFilter(ByWords):
    """Filters of where one article lies."""

    looked_in = ("batch__stock_id", "batch__lot", "store__store_id", "store__site__name")


class ArticleFilter(ByWords):
    """Filters of the catalogue. Words are found in every name of an article, also in those that were merged into it."""

    state = filters.ChoiceFilter(
        label=_("State"), field_name="detail__state", choices=ArticleState.choices[1:], empty_label=ALL
    )

    family = filters.ChoiceFilter(label=_("Family"), choices=FAMILIES, empty_label=ALL)
    division = filters.ChoiceFilter(
        label=_("Division"), field_name="hazard_division", choices=DIVISIONS, empty_label=ALL
    )
    mass = filters.ChoiceFilter(label=_("Mass"), choices=Unknown.choices, method="by_mass", empty_label=ALL)
    neq = filters.ChoiceFilter(label=_("NEQ"), choices=Unknown.choices, method="by_neq", empty_label=ALL)

    def by_words(self, rows: QuerySet[Any], _name: str, words: str) -> QuerySet[Any]:
        """Articles that every word is found in."""
        return rows.filter(words_in(words))

    def by_mass(self, rows: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
        """Articles of which neither mass is known; what is weighed needs none."""
        return rows.filter(gross_mass_kg_each=None, mass_kg_each=None).exclude(unit="gram")

    def by_neq(self, rows: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
        """Articles that hold an explosive of which the quantity is not known."""
        return rows.filter(neq_kg_each=None).exclude(hazard_division="not_applicable")


class UploadFilter(ByWords):
    """Filters of uploads."""

    looked_in = ("name",)

    state = filters.ChoiceFilter(label=_("State"), choices=UploadState.choices, empty_label=ALL)
