"""Lists of lots, of what limits them, and of stock without a lot; what they can be narrowed by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from rasr.core.records import names
from rasr.node.records.choices import SOON_DAYS, Deadline
from rasr.node.records.models import ConstraintKind, Lot, LotIdentity, Verdict
from rasr.node.records.tables import UNBROKEN, UNKNOWN, WIDE, Day, Named, Quantity, Text, unit_name
from rasr.node.web import columns, figures
from rasr.node.web.words import ByWords, rows_holding

ALL = _("All")
LOT_PAGE = ("records:lot", [tables.A("lot_id")])


class Choice(Text):
    """The name of a choice of a model."""

    def __init__(self, choices: list[tuple[str, Any]], **given: Any) -> None:
        super().__init__(**given)
        self.names = dict(choices)

    def render(self, value: str) -> str:
        """Its name."""
        return str(self.names.get(value, value))


class Held(tables.Column):
    """How much of a lot lies in stores in scope, with its unit."""

    empty_values = ()

    def render(self, value: int | None, record: Lot) -> SafeString:
        """The figure and its unit; what is not known is said to be unknown."""
        if value is None:
            return format_html("{}", UNKNOWN)
        return format_html("{} {}", figures.write("whole", value), unit_name(record.article.unit, value))

    def value(self, value: int | None) -> int | None:
        """The bare number."""
        return value


class LotTable(tables.Table):
    """Lots."""

    number = Text(accessor="number", linkify=LOT_PAGE, verbose_name=_("Lot"), attrs=UNBROKEN)
    article = Named("article_id", accessor="article__name", verbose_name=_("Article"), attrs=WIDE)
    identity = Choice(LotIdentity.choices, accessor="identity", verbose_name=_("Identity"))
    maker = Text(accessor="maker", verbose_name=_("Maker"), default=UNKNOWN)
    year = Text(accessor="year_made", verbose_name=_("Year"), default=UNKNOWN, attrs=columns.NUMBER)
    held = Held(accessor="held", verbose_name=_("In your stores"), attrs=columns.NUMBER)
    banned = columns.YesNo(accessor="is_banned", verbose_name=_("Banned"))
    verdict = Choice(Verdict.choices, accessor="verdict", verbose_name=_("Latest test"), default=_("none"))
    next_test = Day(accessor="next_test_on", verbose_name=_("Next test"))
    shelf_life = Day(accessor="shelf_life_until", verbose_name=_("Shelf life until"))

    class Meta:
        order_by = "number"
        empty_text = _("No lot matches. Change or clear the filters.")


class UnnamedTable(tables.Table):
    """Ammunition of which no lot is recorded."""

    record = Text(
        accessor="batch__stock_id",
        linkify=("records:lot-name", [tables.A("batch_id")]),
        verbose_name=_("Record"),
        attrs=UNBROKEN,
    )
    article = Named("batch__article_id", accessor="batch__article__name", verbose_name=_("Article"), attrs=WIDE)
    marked = Text(accessor="batch__lot", verbose_name=_("Lot as it is written"), default=UNKNOWN)
    store = Named("store__site__name", accessor="store_id", verbose_name=_("Store"))
    quantity = Quantity("whole", accessor="quantity", verbose_name=_("Quantity"))

    class Meta:
        order_by = "store"
        empty_text = _("Nothing here: all ammunition that you judge has a lot.")


class LimitTable(tables.Table):
    """Bans and constraints."""

    kind = Choice(
        ConstraintKind.choices,
        accessor="kind",
        linkify=("records:constraint", [tables.A("constraint_id")]),
        verbose_name=_("Kind"),
    )
    article = Named("article_id", accessor="article__name", verbose_name=_("Article"), attrs=WIDE)
    lot = Text(accessor="lot__number", verbose_name=_("Lot"), default=_("all"))
    text = Text(accessor="text", verbose_name=_("What may not be done"), attrs=WIDE)
    reference = Text(accessor="reference", verbose_name=_("Reference"))
    imposed = Day(accessor="imposed_on", verbose_name=_("Imposed on"))
    lifted = Day(accessor="lifted_on", verbose_name=_("Lifted on"))

    class Meta:
        order_by = "-imposed"
        empty_text = _("No ban matches. Change or clear the filters.")


class LotFilter(ByWords):
    """Filters of lots. A number is found whatever letters that look alike it is written in."""

    looked_in = ("number", "maker", "article__name", "article__article_id")

    identity = filters.ChoiceFilter(label=_("Identity"), choices=LotIdentity.choices, empty_label=ALL)
    verdict = filters.ChoiceFilter(label=_("Latest test"), choices=Verdict.choices, empty_label=ALL)
    banned = filters.ChoiceFilter(
        label=_("Banned"),
        field_name="is_banned",
        choices=[("True", _("Yes")), ("False", _("No"))],
        empty_label=ALL,
    )
    test = filters.ChoiceFilter(label=_("Next test"), choices=Deadline.choices, method="by_test", empty_label=ALL)

    def by_words(self, rows: QuerySet[Any], _name: str, words: str) -> QuerySet[Any]:
        """By words, or by a number that looks like what is asked for."""
        found = rows_holding(rows, words, self.looked_in)
        mark = names.mark(words)
        return rows.filter(Q(pk__in=found.values("pk")) | Q(normalised__contains=mark)) if mark else found

    def by_test(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Whose next test was due by now, or soon is, or that have a day at all."""
        today = timezone.localdate()
        if value == Deadline.PASSED:
            return rows.filter(next_test_on__lt=today)
        if value == Deadline.SOON:
            return rows.filter(next_test_on__range=(today, today + timedelta(days=SOON_DAYS)))
        return rows.filter(next_test_on__isnull=False)


class UnnamedFilter(ByWords):
    """Filters of stock without a lot."""

    looked_in = ("batch__stock_id", "batch__lot", "batch__article__name", "store__store_id")


class LimitFilter(ByWords):
    """Filters of bans and constraints."""

    looked_in = ("article__name", "article__article_id", "lot__number", "text", "reference")

    kind = filters.ChoiceFilter(label=_("Kind"), choices=ConstraintKind.choices, empty_label=ALL)
    lifted = filters.ChoiceFilter(
        label=_("In force"), choices=[("yes", _("Yes")), ("no", _("No"))], method="by_force", empty_label=ALL
    )

    def by_force(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those in force, or those that were lifted."""
        return rows.filter(lifted_on__isnull=value == "yes")
