"""Licences and emergency cards on paper: PDF by typst in the language in force, with a QR and a drawing to scale."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

import segno
import typst
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rasr.node.assessment.licences import telling, wording
from rasr.node.assessment.licences.sheet import Sheet
from rasr.node.assessment.models import LicenceForm
from rasr.node.people.approvals.told import called
from rasr.node.people.models import User
from rasr.node.records.queries import Actor
from rasr.node.web import languages

MAP_SIDE_MM, MARGIN = 120.0, 1.06
"""The side of the drawing, and how much of it stays free."""
LEAST_REACH_M = 50.0
ROOM = "rasr.node.assessment.licences"


def licence(actor: Actor, found: LicenceForm, address: str, printed: str) -> bytes:
    """A signed licence. address: of its page, for the QR. printed: its class mark, empty for none."""
    told = found.basis
    pairs, rings = telling.pairs(actor, told["pairs"]), telling.rings(told["rings"])
    return _pdf(
        "licence.typ",
        {
            "language": languages.html_lang(),
            "title": _("Explosives limit licence"),
            "number": str(found),
            "mark": printed,
            "qr": _qr(address),
            "page": _("Page"),
            "facts": _facts(found),
            "texts": _texts(found),
            "tables": [_granted(found), _limits(actor, found), _rings(rings), _pairs(pairs, told["pairs_left"])],
            "drawing": _drawing(pairs, rings),
            "signatures": _signatures(found),
            "signed_by": _("Name, signature, day"),
            "no_permission": _("A rule that is not verified, or not covered, permits nothing by itself."),
        },
    )


def card(sheet: Sheet, address: str) -> bytes:
    """An emergency card. address: where it opens without signing in; empty: it has none, or it is not to be told."""
    not_covered = _("not covered")
    return _pdf(
        "card.typ",
        {
            "language": languages.html_lang(),
            "title": _("Emergency card"),
            "store": sheet.store_id,
            "site": sheet.site,
            "qr": _qr(address) if address else "",
            "address": address,
            "open_here": _("This card opens here without signing in"),
            "main": _sign(sheet.main) if sheet.main else None,
            "headings": [_("Fire division"), _("Withdrawal, m"), _("Evacuation, m")],
            "signs": [
                {**_sign(one), "withdrawal": one.withdrawal or not_covered, "evacuation": one.evacuation or not_covered}
                for one in sheet.signs
            ],
            "none": _("No explosive is held or licensed here."),
            "source": _source(sheet),
            "signs_status": _("Shapes of the signs: %(status)s.") % {"status": wording.status(wording.SHAPES_STATUS)},
            "contacts_title": _("Call"),
            "contacts": [list(one) for one in sheet.contacts],
            "no_contacts": _("No contact was written down."),
            "contacts_on": _("Checked on %(day)s") % {"day": _day(sheet.contacts_on)} if sheet.contacts_on else "",
            "printed_on": _("Printed on %(day)s") % {"day": _day(timezone.localdate())},
        },
    )


def _source(sheet: Sheet) -> str:
    if not sheet.source:
        return _("Withdrawal and evacuation distances: not covered. Ask who leads the response.")
    day = _day(sheet.distances_on)
    told = _("Distances as written down from %(source)s on %(day)s.") % {"source": sheet.source, "day": day}
    agreed = _day(timezone.localdate(sheet.agreed_on)) if sheet.agreed_on is not None else "–"
    return f"{told} {_('A second person agreed on %(day)s.') % {'day': agreed}}"


def _sign(sign: Any) -> dict[str, str]:
    return {"number": sign.number, "shape": sign.shape, "name": sign.name}


def _facts(found: LicenceForm) -> list[list[str]]:
    told = found.basis
    barricaded = {True: _("yes"), False: _("no"), None: _("not known")}[told["barricaded"]]
    rules = ", ".join(f"{name} ({edition})" for name, edition in sorted(told["rules"].items()))
    return [
        [_("Store"), found.store_id],
        [_("Site"), f"{told['site']} ({told['site_id']}), {told['organisation']}"],
        [_("Construction"), wording.kind(told["construction"])],
        [_("Barricaded"), barricaded],
        [_("Valid until"), _day(found.valid_until)],
        [_("Signed"), date_format(timezone.localtime(found.signed_at), "SHORT_DATETIME_FORMAT")],
        [_("Rule sets"), rules],
        [_("Rule edition"), found.rule_edition],
        [_("Version"), f"RASR {found.version}"],
    ]


def _texts(found: LicenceForm) -> list[list[str]]:
    asked = (
        (_("Conditions"), found.conditions),
        (_("Document read"), found.document),
        (_("Exception"), found.exception),
    )
    return [[name, text] for name, text in asked if text]


def _granted(found: LicenceForm) -> dict[str, Any]:
    headings = [_("Division"), _("Limit, kg NEQ"), _("Before"), _("Distances allow, kg NEQ"), _("No rule at hand for")]
    return _table(_("What the store may hold"), headings, telling.granted(found), [1, 2, 3])


def _limits(actor: Actor, found: LicenceForm) -> dict[str, Any]:
    rows = [
        (one.division, one.allowed, one.binding, one.distance, one.function, one.clause, one.status)
        for one in telling.limits(actor, found.basis["limits"])
    ]
    headings = [_("Division"), _("Allowed, kg NEQ"), _("Binding neighbour"), _("m"), _("Function"), _("Clause")]
    return _table(_("What binds"), [*headings, _("Status")], rows, [1, 3])


def _rings(rings: Sequence[telling.Ring]) -> dict[str, Any]:
    rows = [(one.kind, one.required, one.function, one.clause, one.status) for one in rings]
    headings = [_("Kind"), _("Asked for, m"), _("Function"), _("Clause"), _("Status")]
    return _table(_("Distances to be kept if all of it is used"), headings, rows, [1])


def _pairs(pairs: Sequence[telling.Pair], left: int) -> dict[str, Any]:
    rows = [
        (
            str(one.number),
            one.name,
            one.kind,
            one.present,
            one.required,
            one.short,
            one.function,
            one.clause,
            one.status,
        )
        for one in pairs
    ]
    headings = [
        _("No."),
        _("Neighbour"),
        _("Kind"),
        _("There, m"),
        _("Asked for, m"),
        _("Too near by, m"),
        _("Function"),
    ]
    made = _table(_("Neighbours"), [*headings, _("Clause"), _("Status")], rows, [0, 3, 4, 5])
    more = _("More neighbours are not on this paper: %(count)s.") % {"count": telling.kilograms(left)} if left else ""
    return {**made, "more": more}


def _table(title: str, headings: list[str], rows: Iterable[Sequence[str]], right: list[int]) -> dict[str, Any]:
    return {"title": title, "headings": headings, "rows": [list(row) for row in rows], "right": right, "more": ""}


def _drawing(pairs: Sequence[telling.Pair], rings: Sequence[telling.Ring]) -> dict[str, Any]:
    """Rings and neighbours in mm from the middle of the drawing, north above, and how long 1 mm is."""
    placed = [one for one in pairs if one.east_m is not None and one.north_m is not None]
    asked = {one.required_m: one for one in rings if one.required_m}
    reach_m = max(
        [
            LEAST_REACH_M,
            *asked,
            *(max(abs(one.east_m or 0.0), abs(one.north_m or 0.0)) for one in placed if one.is_short),
        ]
    )
    mm_per_m = MAP_SIDE_MM / 2.0 / (reach_m * MARGIN)
    inside = [one for one in placed if max(abs(one.east_m or 0.0), abs(one.north_m or 0.0)) <= reach_m * MARGIN]
    return {
        "side": MAP_SIDE_MM,
        "title": _("Drawing to scale, north above"),
        "scale": _("From the middle to the edge: %(metres)s m") % {"metres": telling.meters(reach_m * MARGIN)},
        "rings": [{"radius": m * mm_per_m, "label": f"{one.required} m"} for m, one in sorted(asked.items())],
        "points": [
            {
                "x": (one.east_m or 0.0) * mm_per_m,
                "y": -(one.north_m or 0.0) * mm_per_m,
                "label": str(one.number),
                "short": one.is_short,
                "store": one.is_store,
            }
            for one in inside
        ],
        "key": [_("The store"), _("Another store"), _("Exposed site"), _("Too near")],
    }


def _signatures(found: LicenceForm) -> list[dict[str, str]]:
    at = date_format(timezone.localtime(found.signed_at), "SHORT_DATETIME_FORMAT")
    return [
        {"role": _("Proposed by"), "name": _name(found.proposed_by), "at": ""},
        {"role": _("Signed by"), "name": _name(found.signed_by), "at": at},
        {"role": _("Received at the store by"), "name": "", "at": ""},
    ]


def _name(user: User | None) -> str:
    return "" if user is None else called(user)


def _day(day: Any) -> str:
    return "" if day is None else date_format(day, "SHORT_DATE_FORMAT")


def _qr(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=0, xmldecl=False)
    return out.getvalue().decode()


def _pdf(form: str, told: Mapping[str, Any]) -> bytes:
    source = files(ROOM).joinpath(form).read_bytes()
    made = typst.compile(source, sys_inputs={"told": json.dumps(told)}, ignore_system_fonts=True)
    assert isinstance(made, bytes), "one file, all its pages"
    return made
