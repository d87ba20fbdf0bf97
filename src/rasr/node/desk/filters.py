"""Filters of the lists of sites and of stores."""

from __future__ import annotations

from typing import Any, Final

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rasr.node.desk.queries.due import LICENCE_AHEAD, stores_mixed
from rasr.node.desk.queries.lists import choice, house_inside, over_licence
from rasr.node.web import codes
from rasr.node.web.words import ByWords

YES = "yes"
YES_NO = ((YES, _("Yes")), ("no", _("No")))
UNVERIFIED: Final = "unverified"
MIXING = (*YES_NO, (UNVERIFIED, _("Not verified, to be decided")))
LICENCE = (
    ("over", _("Holds more than allowed")),
    ("expired", _("Expired")),
    ("soon", _("Expires within 90 days")),
    ("none", _("No licence")),
)


class PlaceFilter(ByWords):
    """What both lists can be narrowed by. organisation: lookup path from the row to its organisation."""

    organisation_path = "organisation"

    jurisdiction = filters.ChoiceFilter(label=_("Jurisdiction"), method="by_jurisdiction", empty_label=_("All"))
    organisation = filters.ChoiceFilter(label=_("Organisation"), method="by_organisation", empty_label=_("All"))
    house = filters.ChoiceFilter(label=_("House too near"), method="by_house", choices=YES_NO, empty_label=_("All"))

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        offered = choice(self.request.user)
        self.filters["jurisdiction"].extra["choices"] = offered.jurisdictions
        self.filters["organisation"].extra["choices"] = offered.organisations

    def by_jurisdiction(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Rows of a jurisdiction."""
        return rows.filter(**{f"{self.organisation_path}__jurisdiction": value})

    def by_organisation(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Rows of an organisation."""
        return rows.filter(**{self.organisation_path: value})

    def by_house(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Rows with a house inside the required distance, or those that are known to have none."""
        return rows.filter(house_inside() if value == YES else Q(required_ibd_m__isnull=False) & ~house_inside())


class StoreFilter(PlaceFilter):
    """Filters of stores."""

    organisation_path = "site__organisation"
    looked_in = ("store_id", "site__name", "site__site_id")

    construction = filters.ChoiceFilter(
        label=_("Construction"), choices=codes.choices("construction"), empty_label=_("All")
    )
    licence = filters.ChoiceFilter(label=_("Licence"), method="by_licence", choices=LICENCE, empty_label=_("All"))
    mixing = filters.ChoiceFilter(label=_("Forbidden mixing"), method="by_mixing", choices=MIXING, empty_label=_("All"))

    def by_licence(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Stores over their licence, without one, or whose licence has run out or will soon."""
        today = timezone.localdate()
        if value == "over":
            return rows.filter(over_licence())
        if value == "none":
            return rows.filter(licences=None)
        days = Q(licences__valid_until__lt=today)
        if value == "soon":
            days = Q(licences__valid_until__gte=today, licences__valid_until__lte=today + LICENCE_AHEAD)
        return rows.filter(days).distinct()

    def by_mixing(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Stores in which something lies that may not lie together, the others, or those that wait for a decision."""
        mixed_by = stores_mixed(self.request.user)
        if value == UNVERIFIED:
            return rows.filter(pk__in=mixed_by[UNVERIFIED])
        mixed = mixed_by["no"]
        return rows.filter(pk__in=mixed) if value == YES else rows.exclude(pk__in=mixed)


class SiteFilter(PlaceFilter):
    """Filters of sites."""

    looked_in = ("name", "site_id")

    kind = filters.ChoiceFilter(label=_("Kind"), method="by_kind", choices=(), empty_label=_("All"))
    over = filters.ChoiceFilter(
        label=_("A store over its licence"), method="by_over", choices=YES_NO, empty_label=_("All")
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.filters["kind"].extra["choices"] = SITE_KINDS

    def by_kind(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Sites of a kind."""
        return rows.filter(kind=value)

    def by_over(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Sites with a store over its licence, or those that are known to have none."""
        return rows.filter(over_licence()) if value == YES else rows.filter(licence_share__lte=1.0)


SITE_KINDS = [
    (code, codes.name("kind", code))
    for code in ("depot", "police_storage", "evidence_room", "armoury", "disposal_facility", "hotspot")
]
