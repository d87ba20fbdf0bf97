"""Columns of tables: figures at the right, codes by their names, days; each exports the bare value."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from rasr.node.web import codes, figures, marks

NUMBER = {"td": {"class": "number"}, "th": {"class": "number"}}


class Figure(tables.Column):
    """A number of a kind of ``figures.WRITERS``; its unit belongs into ``verbose_name``. Exported in that unit."""

    def __init__(self, kind: str = "whole", **given: Any) -> None:
        given.setdefault("attrs", NUMBER)
        super().__init__(**given)
        self.kind = kind

    def render(self, value: Any) -> str:
        """The figure as people read it."""
        return figures.write(self.kind, value)

    def value(self, value: Any) -> Any:
        """The bare number."""
        return figures.shown(self.kind, value)


class Interval(Figure):
    """A figure with its interval below it: ``low`` and ``high`` name the fields of its ends, ``__`` follows a key."""

    def __init__(self, low: str, high: str, kind: str = "danger", **given: Any) -> None:
        super().__init__(kind, **given)
        self.low, self.high = tables.A(low), tables.A(high)

    def render(self, value: Any, record: Any = None) -> SafeString:
        """The figure, and both ends in small."""
        low, high = (figures.write(self.kind, end.resolve(record, quiet=True)) for end in (self.low, self.high))
        return format_html('{} <span class="ends">{} – {}</span>', figures.write(self.kind, value), low, high)


class Code(tables.Column):
    """The name of a code of a group of ``codes.NAMES`` or of the report's texts."""

    def __init__(self, group: str, **given: Any) -> None:
        super().__init__(**given)
        self.group = group

    def render(self, value: Any) -> str:
        """Its name."""
        return str(codes.name(self.group, value))


class Mark(tables.Column):
    """A class mark by its word."""

    def render(self, value: int) -> str:
        """The word."""
        return marks.word(value)


class YesNo(tables.Column):
    """Yes or no. Exported as such."""

    def render(self, value: Any) -> str:
        """In the language in force."""
        return str(_("Yes") if value else _("No"))

    def value(self, value: Any) -> bool:
        """The bare truth."""
        return bool(value)


class Day(tables.Column):
    """A day, or a moment to the minute, in the manner of the language. Exported as a date."""

    def render(self, value: Any) -> str:
        """As people read it."""
        if isinstance(value, datetime):
            local = timezone.localtime(value) if timezone.is_aware(value) else value
            return date_format(local, "SHORT_DATETIME_FORMAT")
        return date_format(value, "SHORT_DATE_FORMAT")

    def value(self, value: Any) -> date | datetime:
        """The date itself."""
        found: date | datetime = value
        return found
