"""What is printed: the form of a count to be filled in by hand, and sheets of labels. PDF by typst, QR by segno."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any

import segno
import typst
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from rasr.node.records.counts.queries import Label
from rasr.node.records.models import Count, CountLine
from rasr.node.records.tables import unit_name
from rasr.node.web import languages
from rasr.node.web.figures import write


def form(count: Count, lines: Iterable[CountLine], *, shows_expected: bool, address: str, printed: str) -> bytes:
    """The sheet of a count on paper. address: of its page, for the QR. printed: its class mark, empty for none."""
    headings = [
        pgettext("of a list", "Line"),
        _("Place"),
        _("Article"),
        _("Lot or serial number"),
        _("Found"),
        _("Note"),
    ]
    if shows_expected:
        headings.insert(4, _("Expected"))
    told = {
        "language": languages.html_lang(),
        "title": _("Count of %(store)s") % {"store": count.store_id},
        "mark": printed,
        "qr": qr(address),
        "facts": [
            [_("Site"), f"{count.store.site.name} ({count.store.site_id})"],
            [_("Kind of count"), str(count.get_kind_display())],
            [_("Frozen"), date_format(timezone.localtime(count.frozen_at), "SHORT_DATETIME_FORMAT")],
            [_("To be done by"), date_format(count.due_on, "SHORT_DATE_FORMAT")],
            [_("Round"), str(count.round)],
        ],
        "shows_expected": shows_expected,
        "headings": headings,
        "lines": [_line(line, shows_expected) for line in lines],
        "empty": _("Found besides: what, where, how many"),
        "signatures": [_("Counted by"), _("Witnessed by"), _("Entered by")],
        "signed_by": _("Name, signature, day"),
        "page": _("Page"),
    }
    return _pdf("count.typ", told)


def _line(line: CountLine, shows_expected: bool) -> list[str]:
    batch, item = line.batch, line.item
    article = batch.article if batch is not None else None if item is None else item.article_now
    named = str(item) if item is not None else (batch.lot or batch.stock_id) if batch else ""
    row = [str(line.position), line.place.ref or "–", article.name if article else line.note, named or "–", "", ""]
    if shows_expected:
        unit = article.unit if article else None
        row.insert(4, _("unknown") if line.expected is None else _amount(line.expected, unit))
    return row


def _amount(number: int, unit: str | None) -> str:
    return f"{write('whole', number)} {unit_name(unit, number)}" if unit else write("whole", number)


def labels(made: Sequence[Label], *, base: str, printed: str) -> bytes:
    """Sheets of 3 by 8 labels of 70 by 37 mm on A4. base: the address that every code is put behind."""
    told = {
        "language": languages.html_lang(),
        "mark": printed,
        "labels": [{"qr": qr(f"{base}{one.code}/"), "code": one.code, "words": list(one.words)} for one in made],
    }
    return _pdf("labels.typ", told)


def qr(text: str) -> str:
    """A QR code as SVG; it can be read with a seventh of it spoiled."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", border=0, xmldecl=False)
    return out.getvalue().decode()


def _pdf(source: str, told: dict[str, Any]) -> bytes:
    text = files("rasr.node.records.counts").joinpath(source).read_bytes()
    made = typst.compile(text, sys_inputs={"told": json.dumps(told)}, ignore_system_fonts=True)
    assert isinstance(made, bytes), "one file, all its pages"
    return made
