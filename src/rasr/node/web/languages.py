"""The language of a page: what a browser asks for, how it is named in HTML, its texts and its numerals.

>>> asked_for("hr-HR,hr;q=0.9,en;q=0.5"), asked_for("fr,mk;q=0.2"), asked_for("fr")
('bcms', 'mk', '')
"""

from __future__ import annotations

from functools import cache

from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from rasr.report.numerals import Numerals
from rasr.report.texts import LANGUAGES, Texts

CLOSEST = {"bs": "bcms", "cnr": "bcms", "hr": "bcms", "me": "bcms", "sh": "bcms", "sr": "bcms", "mo": "ro"}
"""Languages without a catalogue of their own, and the one that their readers read."""
SESSION_KEY = "language"
"""Where the choice of somebody who is not signed in stands in the session."""


def asked_for(header: str) -> str:
    """The first language of an Accept-Language header that there is; empty where there is none."""
    for tag, _ in parse_accept_lang_header(header.lower()):
        first = tag.partition("-")[0]
        if (code := CLOSEST.get(first, first)) in LANGUAGES:
            return code
    return ""


def current() -> str:
    """The language in force, one of ``LANGUAGES``; English where Django has another or none."""
    code = translation.get_language() or "en"
    return code if code in LANGUAGES else CLOSEST.get(code.partition("-")[0], "en")


def texts() -> Texts:
    """The texts of the report in the language in force."""
    return Texts(current())


def numerals() -> Numerals:
    """Numbers as they are written in the language in force."""
    return _numerals(current())


def html_lang(code: str = "") -> str:
    """A language (by default that in force) as a tag of HTML: ``sh-Latn`` for the catalogue of four languages."""
    return Texts(code or current()).t("html_lang")


@cache
def _numerals(language: str) -> Numerals:
    return Numerals(Texts(language).t("decimal_mark"))
