"""Tables of entries of the trail."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import islice
from typing import Any

import django_tables2 as tables
import polars as pl
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from rasr.node.people import histories
from rasr.node.people.acts import ACTS
from rasr.node.people.choices import Outcome
from rasr.node.people.models import Entry
from rasr.node.people.trail_queries import WITHOUT_ACCOUNT
from rasr.node.web import columns

AT_ONCE = 5_000
"""Entries held as rows while a file is made of them."""
SHORT = 12
LONG = 24
"""Of an id with more than ``LONG`` signs the first ``SHORT`` are shown; the whole stands on the page of the entry."""
TAKEN = (
    *("entry_id", "at", "actor", "act", "outcome", "table", "row_id", "reason", "before", "after"),
    *("session", "request_id", "organisation_id", "site_id"),
)
"""Columns of a file: those of the entry as it is kept, and who it is."""


def act_name(code: str) -> str:
    """An act by its name."""
    return str(ACTS.get(code, code))


def who_name(who: str) -> str:
    """An account by its name, who has none in words."""
    return str(WITHOUT_ACCOUNT.get(who, who))


def record_name(table: str, row_id: str) -> str:
    """A record by its kind and the beginning of its id."""
    if not table:
        return ""
    short = f"{row_id[:SHORT]}…" if len(row_id) > LONG else row_id
    return f"{histories.table_name(table)} {short}".strip()


def address_of(entry: Entry) -> str:
    """The address that was looked at, or asked for in vain; empty where the entry tells of none."""
    told = entry.after or {}
    if not isinstance(page := told.get("page"), str):
        return ""
    try:
        address = reverse(page, kwargs=told.get("ids") or {})
    except NoReverseMatch:  # of a program that had other pages
        address = page
    return f"{address}?{told['query']}" if told.get("query") else address


class Who(tables.Column):
    """Who did it."""

    def render(self, value: str) -> str:
        """The name, or what stands for it."""
        return who_name(value)


class Act(tables.Column):
    """What was done."""

    def render(self, value: str) -> str:
        """Its name."""
        return act_name(value)


class Ended(tables.Column):
    """How it ended; what was not done is marked."""

    def render(self, value: str, record: Entry | None = None) -> SafeString | str:
        """In a word."""
        assert record is not None, "django-tables2 gives the row"
        # of a field with choices the value is the name of the choice
        done = record.outcome == Outcome.DONE
        return value if done else format_html('<span class="badge badge-warning">{}</span>', value)


class Record(tables.Column):
    """The record it was on, with the way to its history."""

    def render(self, value: str, record: Entry | None = None) -> SafeString | str:
        """Kind and id."""
        assert record is not None, "django-tables2 gives the row"
        name = record_name(value, record.row_id) or address_of(record)
        if value not in histories.KINDS or not record.row_id:
            return name
        return format_html('<a href="{}">{}</a>', reverse("people:history", args=[value, record.row_id]), name)


class EntryTable(tables.Table):
    """Entries, the latest first."""

    at = columns.Day(
        verbose_name=_("When"),
        linkify=("people:entry", {"entry_id": tables.A("entry_id")}),
        order_by=("at", "entry_id"),
    )
    who = Who(verbose_name=_("Who"))
    act = Act(verbose_name=_("What"))
    outcome = Ended(verbose_name=_("Outcome"))
    table = Record(verbose_name=_("Record"), order_by=("table", "row_id", "entry_id"), empty_values=())
    reason = tables.Column(verbose_name=_("Reason"))

    class Meta:
        order_by = ("-at",)


class OwnTable(EntryTable):
    """Entries of one person, or of one record that its reader knows: nothing leads to another record's history."""

    table = tables.Column(verbose_name=_("Record"), empty_values=(), orderable=False)

    def render_table(self, value: str, record: Entry) -> str:
        """Kind and id."""
        return record_name(value, record.row_id) or address_of(record)


def frame_of(rows: QuerySet[Any]) -> pl.DataFrame:
    """Entries as a file holds them: every column as it is kept, as text, and who it is beside the pseudonym."""
    names = (*TAKEN, "who")
    schema = dict.fromkeys(names, pl.String())
    found = rows.defer(None).values_list(*names).iterator(chunk_size=AT_ONCE)
    parts = [pl.DataFrame(schema=schema)]
    while some := list(islice(found, AT_ONCE)):
        parts.append(pl.DataFrame([tuple(map(_text, row)) for row in some], schema=schema, orient="row"))
    return pl.concat(parts)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
