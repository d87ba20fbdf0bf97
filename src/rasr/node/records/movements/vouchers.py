"""Vouchers on paper: a PDF in the language of the reader, with the lines that they may see and a QR.

The QR is the address of the voucher's page; who has no right to it sees nothing there.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import segno
import typst
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rasr.node.places.models import Site
from rasr.node.records.models import Movement, Signature, SignatureRole
from rasr.node.records.movements.queries import SeenLine
from rasr.node.records.tables import unit_name
from rasr.node.web import languages
from rasr.node.web.figures import write

MOST_LINES = 500
"""Lines on paper. A movement of 100,000 would be a book, and keep the node busy for minutes."""


def pdf(
    movement: Movement,
    lines: Sequence[SeenLine],
    signatures: Sequence[Signature],
    address: str,
    printed: str,
    left: int = 0,
) -> bytes:
    """The voucher as PDF. address: of its page, for the QR. printed: its class mark, empty for none. left: further
    lines, which it says stand on the page only.
    """
    told = {
        "language": languages.html_lang(),
        "title": str(movement.get_kind_display()),
        "number": movement.voucher,
        "mark": printed,
        "qr": _qr(address),
        "facts": _facts(movement),
        "headings": [_("No."), _("Article"), _("Lot"), _("Serial number"), _("Quantity"), _("From"), _("To")],
        "lines": [_line(one) for one in lines],
        "left": _left(left) if left else "",
        "signatures": _signatures(signatures),
        "signed_by": _("Name, signature, day"),
        "page": _("Page"),
    }
    source = files("rasr.node.records.movements").joinpath("voucher.typ").read_bytes()
    made = typst.compile(source, sys_inputs={"told": json.dumps(told)}, ignore_system_fonts=True)
    assert isinstance(made, bytes), "one file, all its pages"
    return made


def _qr(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=0, xmldecl=False)
    return out.getvalue().decode()


def _facts(movement: Movement) -> list[list[str]]:
    site: Site | None = movement.site
    found = [
        [_("Took effect"), _moment(movement.effective_at)],
        [_("Recorded"), _moment(movement.recorded_at)],
        [_("By"), movement.actor.get_full_name() or movement.actor.get_username()],
    ]
    if site is not None:
        found.insert(0, [_("Site"), f"{site.name} ({site.pk}), {site.organisation.name}"])
    if movement.destination_id is not None:
        found.append([_("Bound for"), movement.destination_id])
    found.append([_("Reason"), movement.reason])
    return found


def _left(left: int) -> str:
    told = ngettext(
        "%(number)s more line is not on this paper. The page under the square code shows it.",
        "%(number)s more lines are not on this paper. The page under the square code shows them.",
        left,
    )
    return told % {"number": write("whole", left)}


def _moment(value: Any) -> str:
    return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")


def _line(one: SeenLine) -> list[str]:
    batch, quantity = one.line.batch, one.line.quantity
    amount = (
        _("unknown") if quantity is None else f"{write('whole', quantity)} {unit_name(batch.article.unit, quantity)}"
    )
    elsewhere = _("another store")
    return [
        *(str(one.number), batch.article.name, batch.lot or "–", str(one.line.item) if one.line.item else "–"),
        *(amount, one.origin.name or elsewhere, one.target.name or elsewhere),
    ]


def _signatures(given: Sequence[Signature]) -> list[dict[str, str]]:
    by_role = {one.role: one for one in given}
    return [
        {
            "role": str(name),
            "name": by_role[role].signed_by if role in by_role else "",
            "at": _moment(by_role[role].signed_at) if role in by_role else "",
        }
        for role, name in SignatureRole.choices
    ]
