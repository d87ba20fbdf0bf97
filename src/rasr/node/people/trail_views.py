"""Pages of the trail: my activity, the history of a record, the auditor's search, one entry, the log to take along."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import django_tables2 as tables
import polars as pl
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from rasr.core.basis.findings import Refused
from rasr.node.people import checking, histories, trail_queries
from rasr.node.people.models import Entry, User
from rasr.node.people.rights import may, require
from rasr.node.people.trail_filters import ActivityFilter, TrailFilter
from rasr.node.people.trail_tables import EntryTable, OwnTable, act_name, address_of, frame_of, record_name, who_name
from rasr.node.web import exports, marks
from rasr.node.web.lists import ListPage
from rasr.node.web.messages import say
from rasr.node.web.one_view import one_view

ZIP_TYPE = "application/zip"


class Entries(ListPage):
    """A list of entries; those of one moment keep their order."""

    table_class = EntryTable
    filterset_class = ActivityFilter

    def table(self, rows: Any) -> tables.Table:
        """The table, ordered by the key in the end, so that no entry is on two pages."""
        made = super().table(rows)
        ordered = made.data.data
        made.data.data = ordered.order_by(*ordered.query.order_by, "-entry_id")
        return made

    def export_frame(self, table: tables.Table, /) -> pl.DataFrame:
        """Every column as it is kept."""
        return frame_of(table.data.data)


class Trail(Entries):
    """The whole trail, for who audits."""

    name = export_name = "trail"
    page_title = _("Trail")
    intro = _("Every write, refused attempt, file taken along and look at what is confidential. Nobody can change it.")
    template_name = "people/trail.html"
    filterset_class = TrailFilter

    def queryset(self) -> QuerySet[Entry]:
        """Every entry."""
        return trail_queries.trail(self.request.user)


class Activity(Entries):
    """What somebody did, for themselves."""

    name = export_name = "activity"
    page_title = _("My activity")
    intro = _("What you did here, and what was done to your account. It is kept on the trail and cannot be changed.")
    table_class = OwnTable

    def queryset(self) -> QuerySet[Entry]:
        """One's own."""
        return trail_queries.activity(self.request.user)


class History(Entries):
    """What happened to one record."""

    template_name = "people/trail_history.html"

    def get(self, request: HttpRequest, *_args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page, remembered under the kind of record; 404 for a record that is not to be seen."""
        table, row_id = kwargs["table"], kwargs["row_id"]
        actor = actor_of(request)
        if (called := trail_queries.told_of(actor, table, row_id)) is None:
            raise Http404
        kind = histories.KINDS.get(table)
        self.name, self.export_name = f"history-{table}", f"history-{row_id}"
        self.page_title = called or histories.table_name(table)
        self.pretitle = _now("History")
        self.about = {"kind": histories.table_name(table), "row_id": row_id, "page": page_of(actor, kind, row_id)}
        if not may(actor, trail_queries.RIGHT):
            self.table_class = OwnTable
        return super().get(request)  # without the address's ``table``, which is another one in the context

    def queryset(self) -> QuerySet[Entry]:
        """Its entries, and those of what belongs to it."""
        return trail_queries.history(actor_of(self.request), self.kwargs["table"], self.kwargs["row_id"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the record is, and the way to its page."""
        return super().get_context_data(**kwargs) | {"about": self.about}


@require_safe
def entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """One entry: what changed, side by side."""
    actor = actor_of(request)
    try:
        found = trail_queries.entry(actor, entry_id)
    except Entry.DoesNotExist as missing:
        raise Http404 from missing
    marks.shows_all_seen(request)
    kind = histories.KINDS.get(found.table)
    context = {
        "page_title": act_name(found.act),
        "entry": found,
        "who": who_name(getattr(found, "who", found.actor)),
        "record": record_name(found.table, ""),
        "address": address_of(found),
        "has_history": kind is not None and trail_queries.told_of(actor, found.table, found.row_id) is not None,
        "page": page_of(actor, kind, found.row_id),
        "changes": list(side_by_side(found.before, found.after)),
        "place": trail_queries.place_in_log(found),
    }
    return render(request, "people/trail_entry.html", context)


@require_safe
def bundle(request: HttpRequest) -> HttpResponseBase:
    """The whole log as a file that can be checked far from here."""
    require(request.user, trail_queries.RIGHT)
    try:
        content, leaves = _written()
    except Refused as refused:
        messages.error(request, say(refused))
        return redirect("people:trail")
    marks.shows_all_seen(request)
    name = exports.file_name(f"trail-{timezone.localdate().isoformat()}", "zip", marks.shown(request))
    return exports.kept_file(FileResponse(content, content_type=ZIP_TYPE), name, ("trail", leaves, "zip"))


def _written() -> tuple[BinaryIO, int]:
    """The bundle at its beginning, gone when closed, and the number of its leaves. Raises Refused."""
    with tempfile.TemporaryDirectory(prefix="rasr-") as place:
        path = Path(place) / "trail.zip"
        with path.open("wb") as out, one_view():
            leaves = checking.write_bundle(out)
        return path.open("rb"), leaves  # open, it outlives its folder


def side_by_side(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Each column with its value before and after, and whether they differ; None: there was none."""
    old, new = before or {}, after or {}
    for name in dict.fromkeys((*old, *new)):
        values = [written(side[name]) if name in side else None for side in (old, new)]
        yield {
            "name": name.replace("_", " "),
            "before": values[0],
            "after": values[1],
            "differs": None not in values and values[0] != values[1],
        }


def written(value: Any) -> str:
    """A value of an entry as it is read: a line for each part of what has several; an empty one as a dash."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, dict):
        return "\n".join(f"{name}: {_in_line(inner)}" for name, inner in value.items())
    return "\n".join(map(_in_line, value)) if isinstance(value, list) else _in_line(value)


def _in_line(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_in_line(inner)}" for name, inner in value.items())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def page_of(actor: User, kind: histories.Kind | None, row_id: str) -> str:
    """The address that shows a record; empty for none, and for one that is not there or not for this reader."""
    if kind is None or not kind.page or kind.find(actor, row_id) is None or not kind.opens(actor, row_id):
        return ""
    return reverse(kind.page, args=[row_id] if kind.argument else [])


def actor_of(request: HttpRequest) -> User:
    """Who asks; signed in, or the page would not have been reached."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
