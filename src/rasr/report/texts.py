"""Every text of a report in seven languages, from ``texts.csv``.

>>> Texts("en").t("unit_tonne")
't'
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from rasr.core.basis.findings import Refused

FILE = Path(__file__).parent / "texts.csv"
LANGUAGES = ("en", "bcms", "bg", "mk", "ro", "sq", "sl")


@cache
def rows() -> tuple[dict[str, str], ...]:
    """Rows of the file: key and one column per language."""
    with FILE.open(encoding="utf-8", newline="") as handle:
        return tuple(csv.DictReader(handle))


@cache
def _column(language: str) -> dict[str, str]:
    return {row["key"]: row[language] for row in rows()}


class Texts:
    """The texts of one language (en, bcms, bg, mk, ro, sq or sl)."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise Refused("unknown_rule", what="language", value=language, known=", ".join(LANGUAGES))
        self.language = language
        self._texts = _column(language)

    def t(self, key: str, **numbers: str) -> str:
        """The text of a key with its written numbers in place; an unknown key is a fault of the program."""
        return self._texts[key].format(**numbers)

    def label(self, group: str, code: str) -> str:
        """The text of a code of a group of texts; a code without one (a user's own rule data) is shown as it is."""
        return self._texts.get(f"{group}_{code}", code.replace("_", " "))
