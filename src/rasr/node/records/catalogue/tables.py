"""Lists of the catalogue: possible duplicates, and what is unidentified."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from rasr.node.records.models import Article
from rasr.node.records.tables import WIDE, Code, Named, Text
from rasr.node.web.columns import Day
from rasr.node.web.words import ByWords


class UnidentifiedTable(tables.Table):
    """What waits to be identified."""

    name = Named(
        "article_id",
        accessor="name",
        linkify=("records:article", [tables.A("article_id")]),
        verbose_name=_("What it looks like"),
        attrs=WIDE,
    )
    family = Code("family", accessor="family", verbose_name=_("What it may be"))
    notes = Text(accessor="detail__notes", verbose_name=_("Notes"), default="–", attrs=WIDE)
    changed = Day(accessor="detail__changed_at", verbose_name=_("Last change"))

    class Meta:
        model = Article
        fields: tuple[str, ...] = ()
        empty_text = _("Nothing waits to be identified.")


class UnidentifiedFilter(ByWords):
    """Filters of what is unidentified."""

    looked_in = ("article_id", "name", "detail__notes")
