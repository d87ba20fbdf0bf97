"""Pages that list: filtered, sorted, page by page, remembered, exported; with htmx in place and without it as well.

    class Stores(ListPage):
        name = "stores"
        page_title = _("Stores")
        table_class = StoreTable
        filterset_class = StoreFilter

        def queryset(self) -> QuerySet[Store]:
            return queries.stores(self.request.user)

What was asked of a list last is kept in the session under its name: who comes back without asking gets it again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

import django_tables2 as tables
import polars as pl
from django import forms
from django.core.paginator import EmptyPage, PageNotAnInteger
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.generic.base import ContextMixin, TemplateResponseMixin, View
from django_filters import FilterSet

from rasr.node.web import codes, columns, exports, marks
from rasr.node.web.crafted import is_crafted
from rasr.node.web.framedata import FrameData, holding

PAGE_SIZES = (25, 50, 100)
SESSION_KEY = "lists"
NEVER_KEPT = ("export", "reset")
LONGEST_KEPT = 1_000
"""Characters of a query that are remembered; a longer one was not made by a form of ours."""
MOST_KEPT = 50
"""Lists whose query is remembered, the latest asked: the session is read with every page."""
LONGEST_WORDS = 100
"""Characters of what is looked for: every word is a condition that the database weighs for every row."""
Text = str | Promise
NOTHING: Mapping[str, Any] = MappingProxyType({})


class Listing(TemplateResponseMixin, ContextMixin, View):
    """What lists of every kind have in common. ``rows`` gives the table and the filter form; see below for both."""

    name: str
    page_title: Text = ""
    pretitle: Text = ""
    intro: Text = ""
    template_name: str | None = "web/list.html"
    export_name: str = ""
    page_size: ClassVar[int] = PAGE_SIZES[0]
    shows_stock: ClassVar[bool] = True
    """Whether the list carries the class mark of what its reader sees; a list of nothing of the register does not."""

    def filtered(self) -> tuple[Any, forms.BaseForm | None]:
        """The rows as they were asked for, and the form that asks."""
        raise NotImplementedError

    def table(self, rows: Any) -> tables.Table:
        """The table over the rows, in the order that was asked for."""
        raise NotImplementedError

    def export_frame(self, table: tables.Table, /) -> pl.DataFrame:
        """All rows of the table for an export."""
        return exports.table_frame(table.as_values(), empty=str(table.default))

    def get(self, request: HttpRequest, *_args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page, the part of it that changes (htmx), or a file. Raises Http404 for a choice that is not offered."""
        if (elsewhere := remembered(request, self.name)) is not None:
            return elsewhere
        if self.shows_stock:
            marks.shows_all_seen(request)
        rows, form = self.filtered()
        if form is not None and is_crafted(form):
            forget(request, self.name)
            raise Http404
        table = self.table(rows)
        wanted = request.GET.get("export")
        for known in exports.FORMS:
            if wanted == known:
                frame, named = self.export_frame(table), self.export_name or self.name
                return exports.export_response(frame, named, known, marks.shown(request))
        self.turn_page(table)
        context = self.get_context_data(table=table, form=form, **kwargs)
        in_part = request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers
        names = ["web/list_body.html"] if in_part else self.get_template_names()
        response: HttpResponse = self.response_class(request, names, context, using=self.template_engine)
        response["Vary"] = "HX-Request"
        if in_part:
            response["HX-Push-Url"] = address(request, asked(request))
        return response

    def turn_page(self, table: tables.Table) -> None:
        """Cut the table to the page that was asked for; beyond the last it is the last."""
        given = self.request.GET
        size = given.get("per_page", "")
        per_page = {str(known): known for known in PAGE_SIZES}.get(size, self.page_size)
        try:
            table.paginate(page=given.get("page", 1), per_page=per_page)
        except PageNotAnInteger:
            table.page = table.paginator.page(1)
        except EmptyPage:
            table.page = table.paginator.page(table.paginator.num_pages)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the templates of a list use."""
        table = kwargs["table"]
        form = kwargs["form"]
        fields = set(form.fields) if form else set()
        return super().get_context_data(
            **{
                **kwargs,
                "list_name": self.name,
                "page_title": self.page_title,
                "pretitle": self.pretitle,
                "intro": self.intro,
                "page_sizes": PAGE_SIZES,
                "sorted_by": ",".join(table.order_by or ()),
                "narrowed": any(value for key, value in self.request.GET.items() if key in fields),
            }
        )


class ListPage(Listing):
    """A list over a queryset. ``queryset`` is the subclass's own, scoped to ``self.request.user``."""

    table_class: type[tables.Table]
    filterset_class: type[FilterSet] | None = None

    def queryset(self) -> QuerySet[Any]:
        """What may be listed at all."""
        raise NotImplementedError

    def filtered(self) -> tuple[QuerySet[Any], forms.BaseForm | None]:
        """The queryset as the filter leaves it, and its form."""
        if self.filterset_class is None:
            return self.queryset(), None
        chosen = self.filterset_class(self.request.GET or None, queryset=self.queryset(), request=self.request)
        return chosen.qs, chosen.form

    def table(self, rows: Any) -> tables.Table:
        """The subclass's table."""
        order = self.request.GET.get("sort")
        return self.table_class(rows, request=self.request, **({"order_by": order.split(",")} if order else {}))


class Words(forms.Form):
    """Words to look for."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=LONGEST_WORDS, widget=forms.TextInput({"type": "search"})
    )


class FramePage(Listing):
    """A list over a polars frame. ``frame`` is the subclass's own.

    shown: columns in order (none: all). headings: column to its name. kinds: column to the kind of its figures
    (``figures.WRITERS``). groups: column to the group of its codes. languages: column to the language of its texts,
    where it is not that of the page.
    """

    shown: ClassVar[tuple[str, ...]] = ()
    headings: Mapping[str, Text] = NOTHING
    kinds: Mapping[str, str] = NOTHING
    groups: Mapping[str, str] = NOTHING
    languages: Mapping[str, str] = NOTHING

    def frame(self) -> pl.DataFrame:
        """What is listed."""
        raise NotImplementedError

    def link(self, _row: Mapping[str, Any], /) -> str | None:
        """The address that the first cell of a row leads to; None for none."""
        return None

    def _led(self, record: Mapping[str, Any]) -> str | None:
        """``link`` under the name of the argument by which django-tables2 hands over a row."""
        return self.link(record)

    def filtered(self) -> tuple[pl.DataFrame, forms.BaseForm | None]:
        """The rows that hold the words asked for."""
        form = Words(self.request.GET or None)
        words = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
        frame = self.frame()
        return holding(frame, words), form if pl.String in frame.dtypes else None

    def table(self, rows: Any) -> tables.Table:
        """A table with a column for each of the frame's."""
        look = Look(self.headings, self.kinds, self.groups, self._led, self.languages)
        made = frame_columns(rows, self.shown or rows.columns, look)
        order = [key for key in self.request.GET.get("sort", "").split(",") if key.lstrip("-") in rows.columns]
        return tables.Table(FrameData(rows), extra_columns=made, order_by=order, request=self.request)

    def export_frame(self, table: tables.Table, /) -> pl.DataFrame:
        """The frame as it is: the columns' own names, full digits."""
        frame: pl.DataFrame = table.data.data
        return frame


@dataclass(frozen=True)
class Look:
    """How the columns of a frame are shown: names, kinds of figures, groups of codes, where the first one leads, and
    the languages of texts that are not in that of the page.
    """

    headings: Mapping[str, Text] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    link: Callable[[Mapping[str, Any]], str | None] | None = None
    languages: Mapping[str, str] = field(default_factory=dict)


def frame_columns(frame: pl.DataFrame, shown: Sequence[str], look: Look) -> list[tuple[str, tables.Column]]:
    """A column of a table for each shown column of a frame, by its type or by what is said of it."""
    made: list[tuple[str, tables.Column]] = []
    for name in shown:
        about: dict[str, Any] = {"verbose_name": look.headings.get(name, name.replace("_", " ")), "accessor": name}
        if name in look.languages:
            about["attrs"] = {"td": {"lang": look.languages[name]}}
        if look.groups.get(name) in codes.SENTENCES:
            about["attrs"] = {"td": {"class": "wide"}}
        if not made and look.link is not None:
            about["linkify"] = look.link
        made.append((name, _column(frame.schema[name], about, look.kinds.get(name), look.groups.get(name))))
    return made


def _column(dtype: pl.DataType, about: dict[str, Any], kind: str | None, group: str | None) -> tables.Column:
    if group is not None:
        return columns.Code(group, **about)
    if kind is None and dtype.is_numeric():
        kind = "whole" if dtype.is_integer() else "significant:3"
    if kind is not None:
        return columns.Figure(kind, **about)
    if dtype.is_temporal():
        return columns.Day(**about)
    return columns.YesNo(**about) if dtype == pl.Boolean else tables.Column(**about)


# What is remembered.


def asked(request: HttpRequest) -> QueryDict:
    """What a request asks of a list, without empty fields and without what is done only once."""
    kept = QueryDict(mutable=True)
    for key, values in request.GET.lists():
        filled = [value for value in values if value != ""]
        if filled and key not in NEVER_KEPT:
            kept.setlist(key, filled)
    return kept


def address(request: HttpRequest, query: QueryDict | str) -> str:
    """The address of this list with a query."""
    text = query if isinstance(query, str) else query.urlencode()
    return f"{request.path}?{text}" if text else request.path


def forget(request: HttpRequest, name: str) -> None:
    """Nothing is remembered of this list any more."""
    kept: dict[str, str] = request.session.get(SESSION_KEY, {})
    request.session[SESSION_KEY] = {key: query for key, query in kept.items() if key != name}


def remembered(request: HttpRequest, name: str) -> HttpResponseRedirect | None:
    """Where to go instead: to what was asked last, or to the bare list once it is forgotten.

    None where the request says what it asks; that is kept.
    """
    kept: dict[str, str] = request.session.get(SESSION_KEY, {})
    if "reset" in request.GET:
        forget(request, name)
        return HttpResponseRedirect(request.path)
    if not request.GET:
        return HttpResponseRedirect(address(request, kept[name])) if kept.get(name) else None
    query = asked(request).urlencode()
    if len(query) <= LONGEST_KEPT and query != kept.get(name, "") and "export" not in request.GET:
        others = [(key, value) for key, value in kept.items() if key != name]
        request.session[SESSION_KEY] = dict([*others, (name, query)][-MOST_KEPT:])
    return None
