"""Pages of the register: stock, catalogue, and every table as it is."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
import polars as pl
from django import forms
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from django.views.generic import View

from rasr.core.reference import loader
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.records import exporting, queries
from rasr.node.records.catalogue import queries as catalogue
from rasr.node.records.choices import MEANINGS, NAMES
from rasr.node.records.filters import ArticleFilter, HeldFilter, StockFilter
from rasr.node.records.models import Article, Holding
from rasr.node.records.tables import ArticleTable, HeldTable, StockTable, frame_of, unit_name
from rasr.node.web import exports, marks
from rasr.node.web.framedata import PagedRows, holding
from rasr.node.web.lists import Listing, ListPage, Look, Words, frame_columns


class Righted(View):
    """A page for who has a right."""

    right = "view_register"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse who has not."""
        require(actor_of(request), self.right)
        return super().dispatch(request, *args, **kwargs)


class Sorted(ListPage):
    """A list in which equal rows keep their order, so that none is on two pages."""

    def table(self, rows: Any) -> tables.Table:
        """The table, its rows ordered by their key in the end."""
        made = super().table(rows)
        ordered = made.data.data
        made.data.data = ordered.order_by(*ordered.query.order_by, "pk")
        return made

    def export_frame(self, table: tables.Table) -> pl.DataFrame:
        """All rows, read at once."""
        return frame_of(table)


class Stock(Righted, Sorted):
    """What lies where."""

    name = "stock"
    page_title = _("Stock")
    export_name = "stock"
    table_class = StockTable
    filterset_class = StockFilter
    template_name = "records/stock.html"

    def queryset(self) -> QuerySet[Holding]:
        """The holdings in scope."""
        return queries.stock(self.request.user)


class Catalogue(Righted, Sorted):
    """What kinds of things there are."""

    name = "catalogue"
    page_title = _("Catalogue")
    export_name = "catalogue"
    table_class = ArticleTable
    filterset_class = ArticleFilter
    template_name = "records/catalogue/catalogue.html"

    def queryset(self) -> QuerySet[Article]:
        """Every article."""
        return queries.articles(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the buttons need."""
        return super().get_context_data(**kwargs, may=catalogue.allowed(actor_of(self.request)))


class OneArticle(Righted, Sorted):
    """An article: its facts, where it lies, and what is not known of it."""

    pretitle = _("Catalogue")
    table_class = HeldTable
    filterset_class = HeldFilter
    template_name = "records/article.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page of the article, remembered under its own name."""
        try:
            self.article = queries.article(request.user, kwargs["article_id"])
        except Article.DoesNotExist as gone:
            if (became := catalogue.became(request.user, kwargs["article_id"])) is None:
                raise Http404 from gone
            return redirect("records:article", became.pk)
        self.name = self.export_name = f"article-{self.article.pk}"
        self.page_title = self.article.name
        return super().get(request, *args, **kwargs)

    def queryset(self) -> QuerySet[Holding]:
        """Its holdings in scope."""
        return queries.article_holdings(self.request.user, self.article.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Its facts, and totals of all it has in scope."""
        totals = queries.totals(self.queryset())
        facts = {
            "article": self.article,
            "totals": totals,
            "unit": unit_name(self.article.unit, totals["pieces"] or 0),
            "unknown": unknown_facts(self.article),
        }
        known = catalogue.known_of(actor_of(self.request), self.article)
        return super().get_context_data(**kwargs, **facts, known=known)


def unknown_facts(article: Article) -> list[tuple[str | Promise, str | Promise]]:
    """What is not known of an article, and what follows from it."""
    found: list[tuple[str | Promise, str | Promise]] = []
    if article.neq_kg_each is None and article.hazard_division != "not_applicable":
        found.append((_("Net explosive quantity of one"), _("The danger of its stores leaves this article out.")))
    weighed = article.unit == "gram"
    if article.gross_mass_kg_each is None and article.mass_kg_each is None and not weighed:
        found.append((_("Mass of one"), _("It cannot be planned: nobody knows how many tonnes it is.")))
    elif article.gross_mass_kg_each is None and not weighed:
        found.append((_("Gross mass of one"), _("Its net mass is used, without the packing.")))
    if article.un_number is None and article.hazard_division != "not_applicable":
        found.append((_("UN number"), _("It is needed for transport papers.")))
    return found


# The register, table by table.


@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """Every table with its meaning and how many rows it has."""
    actor = actor_of(request)
    require(actor, "view_register")
    marks.shows_all_seen(request)
    listed = [
        {"table": table, "name": NAMES[table], "meaning": MEANINGS[table], "rows": rows}
        for table, rows in queries.table_counts(actor).items()
    ]
    context = {
        "page_title": _("Register"),
        "tables": listed,
        "register": queries.register(),
        "may_take_all": exporting.may_take_all(actor),
    }
    return render(request, "records/register.html", context)


class RegisterTable(Righted, Listing):
    """The rows of one table, by the columns of its contract."""

    template_name = "records/register_table.html"
    pretitle = _("Register")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page of the table, remembered under its own name."""
        table = kwargs["table_name"]
        if table not in NAMES:
            raise Http404
        self.name, self.export_name = f"register-{table}", table
        self.page_title, self.intro = NAMES[table], MEANINGS[table]
        return super().get(request, *args, **kwargs)

    def filtered(self) -> tuple[Any, forms.BaseForm | None]:
        """The rows in scope that hold the words asked for, read page by page: a table may have a million."""
        form = Words(self.request.GET or None)
        self.words = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
        return queries.table_rows(self.request.user, self.kwargs["table_name"], self.words), form

    def table(self, rows: Any) -> tables.Table:
        """A table with a column for each of the contract's, headed as in the workbook in every language."""
        empty = loader.contract(self.kwargs["table_name"]).empty()
        made = frame_columns(empty, empty.columns, Look({name: name for name in empty.columns}))
        for _name, column in made:
            own = {cell: {**column.attrs.get(cell, {}), "translate": "no"} for cell in ("th", "td")}
            column.attrs = {**column.attrs, **own}
        order = [key for key in self.request.GET.get("sort", "").split(",") if key.lstrip("-") in empty.columns]
        return tables.Table(PagedRows(rows), extra_columns=made, order_by=order, request=self.request)

    def export_frame(self, _table: tables.Table, /) -> pl.DataFrame:
        """The rows as a frame of the contract, as many as hold the words, in the order of the register."""
        return holding(queries.table_frame(self.request.user, self.kwargs["table_name"]), self.words)


@require_GET
def whole_register(request: HttpRequest) -> HttpResponseBase:
    """The whole register as a workbook."""
    actor = actor_of(request)
    marks.shows_all_seen(request)
    mark = marks.shown(request)
    workbook = exporting.whole_register(actor=actor, printed="" if mark is None else marks.word(mark))
    return file_response(request, workbook, "register")


@require_GET
def template(_request: HttpRequest) -> HttpResponseBase:
    """The blank workbook; it holds no records, so anyone who is signed in may have it."""
    answer = HttpResponse(exporting.blank_workbook(), content_type=exports.XLSX_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{exporting.WORKBOOK}"'
    return answer


def file_response(request: HttpRequest, content: Any, stem: str) -> FileResponse:
    """A workbook to keep, with what the request shows as its class mark."""
    answer = FileResponse(content, content_type=exports.XLSX_TYPE)
    name = exports.file_name(stem, "xlsx", marks.shown(request))
    return exports.kept_file(answer, name, (stem, None, "xlsx"))


def actor_of(request: HttpRequest) -> User:
    """Who asks; signed in, or the page would not have been reached."""
    assert isinstance(request.user, User)
    return request.user
