"""Lists of stock, of the catalogue and of uploads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import django_tables2 as tables
import polars as pl
from django.db.models import F, QuerySet
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rasr.core.hazard.divisions import NOT_APPLICABLE
from rasr.core.records import quantities
from rasr.node.records.models import Article, Holding
from rasr.node.records.queries import masses_of
from rasr.node.web import codes, columns, exports, figures

UNKNOWN = _("unknown")
FETCHED = 5_000
"""Rows read at once for an export."""
UNBROKEN = {"td": {"class": "text-nowrap"}}
WIDE = {"td": {"class": "wide"}}
TIGHT = {"class": "table cards-when-narrow tight records-stock"}
EXACT = "significant:4"


class UnknownLast:
    """A column whose unknown values come last in both directions, on both databases."""

    accessor: Any

    def order(self, queryset: QuerySet[Any], is_descending: bool) -> tuple[QuerySet[Any], bool]:
        """By the column."""
        key = F(str(self.accessor))
        return queryset.order_by(key.desc(nulls_last=True) if is_descending else key.asc(nulls_last=True)), True


class Text(UnknownLast, tables.Column):
    """A text or a number that is shown as it is written."""


class Figure(UnknownLast, columns.Figure):
    """A figure; what is not known is said to be unknown, never 0."""

    def __init__(self, kind: str, **given: Any) -> None:
        super().__init__(kind, **{"default": UNKNOWN, **given})


class Code(UnknownLast, columns.Code):
    """The name of a code."""


class Day(UnknownLast, columns.Day):
    """A day."""


class Class(UnknownLast, tables.Column):
    """Hazard division with compatibility group: 1.1 D. article: the path to whose they are."""

    def __init__(self, article: str = "", **given: Any) -> None:
        path = f"{article}__" if article else ""
        super().__init__(accessor=f"{path}hazard_division", **given)
        self.group = tables.A(f"{path}compatibility_group")

    def render(self, value: str, record: Any) -> str:
        """Both, or that they do not apply."""
        return division_and_group(value, self.group.resolve(record))


def unit_name(unit: str, count: int) -> str:
    """The unit of a quantity, as it is said of so many."""
    if unit == "gram":
        return ngettext("gram", "grams", count)
    return ngettext("piece", "pieces", count) if unit == "piece" else str(codes.name("unit", unit))


def division_and_group(division: str, group: str) -> str:
    """Hazard division and compatibility group in one, as far as they apply."""
    applies = [code for code in (division, group) if code != NOT_APPLICABLE]
    return " ".join(applies) or str(codes.name("hazard_division", division))


KNOWN = {quantities.MEASURED: _("measured"), quantities.ESTIMATED: _("estimated")}


class WellKnown(Figure):
    """Mass or NEQ of a holding, and in small how well it is known. known: which of both, see ``masses_of``."""

    def __init__(self, kind: str, known: int, **given: Any) -> None:
        super().__init__(kind, **given)
        self.known = known

    def render(self, value: Any, record: Holding | None = None) -> SafeString:
        """The figure, and whether it is measured or estimated; nothing is neither."""
        assert record is not None, "django-tables2 gives the row"
        said = KNOWN.get(masses_of(record)[self.known].known, "") if value else ""
        return format_html('{} <span class="ends">{}</span>', figures.write(self.kind, value), said)


class Quantity(Figure):
    """A quantity with its unit and how it is known."""

    def render(self, value: Any, record: Holding | None = None) -> SafeString:
        """The figure, its unit, and in small how it is known."""
        assert record is not None, "django-tables2 gives the row"
        unit = unit_name(record.batch.article.unit, int(value))
        basis = codes.name("quantity_basis", record.quantity_basis) if record.quantity_basis else ""
        return format_html('{} {} <span class="ends">{}</span>', figures.write(self.kind, value), unit, basis)


def frame_of(table: tables.Table) -> pl.DataFrame:
    """All rows of a table over a queryset as a frame, one column for each of the table's, hidden ones too.

    The same cells as ``as_values`` gives, from one question to the database and without a model for every row.
    """
    shown = list(table.columns.iterall())
    paths = [str(column.accessor) for column in shown]
    groups = [str(column.column.group) for column in shown if isinstance(column.column, Class)]
    read = list(dict.fromkeys([*paths, *groups]))
    at = {path: place for place, path in enumerate(read)}
    found = table.data.data.values_list(*read)
    cells = [_cell(column.column, at) for column in shown]
    body = ([cell(row) for cell in cells] for row in found.iterator(chunk_size=FETCHED))
    return exports.table_frame([[str(column.header) for column in shown], *body])


def _cell(column: tables.Column, at: Mapping[str, int]) -> Callable[[Sequence[Any]], Any]:
    """From a row as it was read to the bare value of a column."""
    place = at[str(column.accessor)]
    if isinstance(column, Class):
        group = at[str(column.group)]
        return lambda row: division_and_group(row[place], row[group])
    if isinstance(column, columns.Code):
        names = {code: str(name) for code, name in codes.choices(column.group)}
        return lambda row: names.get(row[place], row[place])
    if isinstance(column, Counts | columns.Mark):
        return lambda row: column.render(row[place])
    if isinstance(column, columns.Figure):
        return lambda row: figures.shown(column.kind, row[place])
    return lambda row: row[place]


class OfOne(Figure):
    """The NEQ of one unit of an article: none, not unknown, where the hazard division does not apply."""

    empty_values = ()

    def render(self, value: Any, record: Article | None = None) -> str:
        """The figure, or why there is none."""
        if value is not None:
            return figures.write(self.kind, value)
        assert record is not None, "django-tables2 gives the row"
        return "–" if record.hazard_division == NOT_APPLICABLE else str(UNKNOWN)


class Named(Text):
    """A name with another one below it in small. below: the path to that."""

    def __init__(self, below: str, **given: Any) -> None:
        super().__init__(**given)
        self.below = tables.A(below)

    def render(self, value: str, record: Any) -> SafeString:
        """Both."""
        return format_html('{} <span class="ends">{}</span>', value, self.told(self.below.resolve(record)))

    def told(self, below: str) -> str:
        """The lower one as people read it."""
        return below


class NamedFamily(Named):
    """A name with its family below."""

    def told(self, below: str) -> str:
        """The name of the family."""
        return str(codes.name("family", below))


class NamedLot(Named):
    """The id of a record with its lot below."""

    def told(self, below: str) -> str:
        """The lot."""
        return below or str(UNKNOWN)


class Condition(Code):
    """A condition, which may be unknown, with the purpose below."""

    empty_values = ()

    def render(self, value: str | None, record: Holding | None = None) -> SafeString:
        """Both."""
        assert record is not None, "django-tables2 gives the row"
        condition = super().render(value) if value else UNKNOWN
        purpose = codes.name("purpose", record.batch.purpose) if record.batch.purpose else ""
        return format_html('{} <span class="ends">{}</span>', condition, purpose)


class StockTable(tables.Table):
    """What lies where: one row for each record and store."""

    record = NamedLot("batch__lot", accessor="batch__stock_id", verbose_name=_("Record"), attrs=UNBROKEN)
    article = NamedFamily(
        "batch__article__family",
        accessor="batch__article__name",
        linkify=("records:article", {"article_id": tables.A("batch__article_id")}),
        verbose_name=_("Article"),
        attrs=WIDE,
    )
    article_id = tables.Column(accessor="batch__article_id", verbose_name=_("Article, id"), visible=False)
    family = Code("family", accessor="batch__article__family", verbose_name=_("Family"), visible=False)
    hazard = Class("batch__article", verbose_name=_("Division and group"))
    lot = Text(accessor="batch__lot", verbose_name=_("Lot"), default=UNKNOWN, visible=False)
    store = Named(
        "store__site__name",
        accessor="store_id",
        linkify=("desk:store", {"store_id": tables.A("store_id")}),
        verbose_name=_("Store"),
        attrs={"td": {"class": "text-nowrap below"}},
    )
    site = tables.Column(accessor="store__site__name", verbose_name=_("Site"), visible=False)
    site_id = tables.Column(accessor="store__site_id", verbose_name=_("Site, id"), visible=False)
    mark = columns.Mark(accessor="store__site__mark", verbose_name=_("Class mark"), visible=False)
    quantity = Quantity("whole", accessor="quantity", verbose_name=_("Quantity"))
    unit = tables.Column(accessor="batch__article__unit", verbose_name=_("Unit"), visible=False)
    basis = tables.Column(accessor="quantity_basis", verbose_name=_("Quantity known by"), visible=False)
    mass = WellKnown("tonnes", 0, accessor="mass_kg", verbose_name=_("Mass, t"))
    neq = WellKnown(EXACT, 1, accessor="neq_kg", verbose_name=_("NEQ, kg"))
    condition = Condition(
        "condition", accessor="batch__condition", verbose_name=_("Condition"), attrs={"td": {"class": "below"}}
    )
    purpose = Code("purpose", accessor="batch__purpose", verbose_name=_("Purpose"), visible=False)
    year = Text(accessor="batch__year_made", verbose_name=_("Year"), default=UNKNOWN, attrs=columns.NUMBER)
    destroy_by = Day(accessor="batch__destroy_by", verbose_name=_("Destroy by"))

    class Meta:
        attrs: ClassVar = TIGHT
        order_by = "store"
        empty_text = _("No stock matches. Change or clear the filters.")


class HeldTable(StockTable):
    """Where one article lies."""

    class Meta:
        attrs: ClassVar = TIGHT
        exclude = ("article", "article_id", "family", "hazard")
        order_by = "store"
        empty_text = _("None of it lies in a store that you may see.")


class ArticleTable(tables.Table):
    """What kinds of things there are."""

    article = Text(
        accessor="article_id", linkify=("records:article", [tables.A("article_id")]), verbose_name=_("Article")
    )
    name = Text(accessor="name", verbose_name=_("Name"))
    family = Code("family", accessor="family", verbose_name=_("Family"))
    hazard = Class(verbose_name=_("Division and group"))
    unit = Code("unit", accessor="unit", verbose_name=_("Unit"))
    calibre = Text(accessor="calibre", verbose_name=_("Calibre"))
    un_number = Text(accessor="un_number", verbose_name=_("UN number"))
    neq = OfOne(EXACT, accessor="neq_kg_each", verbose_name=_("NEQ of one, kg"))
    mass = Figure(EXACT, accessor="mass_kg_each", verbose_name=_("Net mass of one, kg"))
    gross = Figure(EXACT, accessor="gross_mass_kg_each", verbose_name=_("Gross mass of one, kg"))

    class Meta:
        order_by = "name"
        empty_text = _("No article matches. Change or clear the filters.")


class Counts(tables.Column):
    """How many findings of each severity there are."""

    def render(self, value: Mapping[str, int]) -> str:
        """Those of which there is any."""
        some = {code: count for code, count in value.items() if count}
        return ", ".join(f"{codes.name('severity', code)}: {figures.write('whole', some[code])}" for code in some)


class UploadTable(tables.Table):
    """Workbooks that were sent in."""

    name = Text(accessor="name", linkify=("records:upload", [tables.A("upload_id")]), verbose_name=_("File"))
    state = Text(accessor="state", verbose_name=_("State"))
    counts = Counts(accessor="counts", verbose_name=_("Findings"), orderable=False)
    size = Text(accessor="size_bytes", verbose_name=_("Size"), attrs=columns.NUMBER)
    sent = Day(accessor="sent_at", verbose_name=_("Sent"))
    loaded = Day(accessor="loaded_at", verbose_name=_("Loaded"))

    def render_size(self, value: int) -> str:
        """As people say it."""
        return filesizeformat(value)

    class Meta:
        order_by = "-sent"
        empty_text = _("No workbook has been sent in yet.")
