"""Sentences of what is due, of why a store is dangerous, and of what a danger means.

>>> years(0.02), years(3.0)
('That is one death in about 50 years on average.', '')
"""

from __future__ import annotations

from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rasr.core.hazard.mixing import Mixing
from rasr.core.records.region import Region
from rasr.core.report.worst import Reason
from rasr.node.web import languages
from rasr.report.assessment_page import years_told
from rasr.report.disclosure import COARSEST_GRID_DEG, Disclosure
from rasr.report.scribe import Scribe
from rasr.report.shared_sections import reason_told

CODES = (
    "licence_over",
    "mixing",
    "mixing_unverified",
    "licence_expired",
    "licence_soon",
    "house_inside",
    "destroy_passed",
    "destroy_soon",
    "stabiliser_missing",
)
"""Every code of something due."""


def due(code: str, count: int) -> str:
    """The sentence of something due; an unknown code is a fault of the program."""
    assert code in CODES, code
    return _sentence(code, count) % {"count": languages.numerals().whole(count)}


def _sentence(code: str, count: int) -> str:
    told = {
        "licence_over": ngettext(
            "%(count)s store holds more than its licence allows",
            "%(count)s stores hold more than their licence allows",
            count,
        ),
        "mixing": ngettext(
            "%(count)s store holds what may not lie together",
            "%(count)s stores hold what may not lie together",
            count,
        ),
        "mixing_unverified": ngettext(
            "In %(count)s store it is to be decided whether groups may lie together",
            "In %(count)s stores it is to be decided whether groups may lie together",
            count,
        ),
        "licence_expired": ngettext(
            "The licence of %(count)s store has expired", "The licences of %(count)s stores have expired", count
        ),
        "licence_soon": ngettext(
            "The licence of %(count)s store expires within 90 days",
            "The licences of %(count)s stores expire within 90 days",
            count,
        ),
        "house_inside": ngettext(
            "%(count)s store has a house inside the required distance",
            "%(count)s stores have a house inside the required distance",
            count,
        ),
        "destroy_passed": ngettext(
            "%(count)s record should have been destroyed by now",
            "%(count)s records should have been destroyed by now",
            count,
        ),
        "destroy_soon": ngettext(
            "%(count)s record must be destroyed within 180 days",
            "%(count)s records must be destroyed within 180 days",
            count,
        ),
        "stabiliser_missing": ngettext(
            "%(count)s record of propellant has no stabiliser test",
            "%(count)s records of propellant have no stabiliser test",
            count,
        ),
    }
    return told[code]


def mixing_answer(rule: Mixing) -> str:
    """What a rule of mixing says, and why where it is not verified."""
    if rule.answer == "unverified":
        return _("nobody has read that they may; the technical officer decides, with the document")
    if rule.answer == "conditional":
        return _("only under a condition")
    if rule.status == "not_verified":
        return _("may not. The rule is not verified; until it is, they are kept apart.")
    return _("may not")


def reason(found: Reason) -> str:
    """Why a store is dangerous, in the language in force."""
    return reason_told(found, _scribe(languages.current()))


def years(fatalities_per_year: float) -> str:
    """A small danger as years per death; nothing where there is a death a year or more, or none at all."""
    return years_told(fatalities_per_year, _scribe(languages.current()))


@cache
def _scribe(language: str) -> Scribe:
    """Writes texts and numbers only: it knows no region. Positions are exact, as everywhere in the node."""
    return Scribe(Region.from_frames({}), Disclosure(COARSEST_GRID_DEG, exact=True), language)
