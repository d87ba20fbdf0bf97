"""What the trail can be narrowed by."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters as filters
from django import forms
from django.apps import apps
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rasr.node.people import histories
from rasr.node.people.acts import ACTS
from rasr.node.people.choices import Outcome
from rasr.node.people.trail_queries import pseudonyms
from rasr.node.web.lists import LONGEST_WORDS
from rasr.node.web.words import ByWords

ALL = _("All")
LONGEST_ID = 500
"""Signs of an id that is looked for."""


def _acts() -> list[tuple[str, str]]:
    """Every act by its name, in the order of the names."""
    return sorted(((code, str(name)) for code, name in ACTS.items()), key=lambda act: act[1].casefold())


def _tables() -> list[tuple[str, str]]:
    """The kinds of records that have a history, by their names."""
    told = ((table, histories.table_name(table)) for table in histories.KINDS)
    return sorted(told, key=lambda kind: kind[1].casefold())


class Days(filters.DateFilter):
    """A day, as browsers ask for one."""

    def __init__(self, **given: Any) -> None:
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **given)


class ActivityFilter(ByWords):
    """Filters of entries of which it is clear whose they are."""

    looked_in = ("reason",)
    q = filters.CharFilter(label=_("Words in the reason"), method="by_words", max_length=LONGEST_WORDS)
    act = filters.ChoiceFilter(label=_("What"), choices=_acts, empty_label=ALL)
    outcome = filters.ChoiceFilter(label=_("Outcome"), choices=Outcome.choices, empty_label=ALL)
    since = Days(label=_("From"), method="by_day")
    until = Days(label=_("To"), method="by_day")

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.form.fields["q"].widget.input_type = "search"

    def by_day(self, rows: QuerySet[Any], name: str, day: date) -> QuerySet[Any]:
        """From the beginning of a day of the node, or to its end; as moments, so that the index serves."""
        if name == "since":
            return rows.filter(at__gte=_begins(day))
        return rows.filter(at__lt=_begins(day + timedelta(days=1))) if day < date.max else rows


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


class TrailFilter(ActivityFilter):
    """Filters of the whole trail."""

    who = filters.CharFilter(label=_("Who"), method="by_who", max_length=LONGEST_WORDS)
    table = filters.ChoiceFilter(label=_("Kind of record"), choices=_tables, empty_label=ALL)
    record = filters.CharFilter(label=_("Number of the record"), method="by_record", max_length=LONGEST_ID)

    field_order = ("who", "act", "outcome", "since", "until", "table", "record", "q")

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.form.order_fields(self.field_order)

    def by_who(self, rows: QuerySet[Any], _name: str, words: str) -> QuerySet[Any]:
        """Entries of a pseudonym, or of everybody whose name holds the words."""
        return rows.filter(actor__in=pseudonyms(words.strip()))

    def by_record(self, rows: QuerySet[Any], _name: str, row_id: str) -> QuerySet[Any]:
        """Entries on the record of this id, whatever its table; the index begins with the table."""
        every = [model._meta.db_table for model in apps.get_models()]
        return rows.filter(table__in=every, row_id=row_id.strip())
