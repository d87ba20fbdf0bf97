"""A language nobody speaks: every text that goes through translation comes out in wide letters; what does not is seen.

>>> wide("Store %(name)s of <b>{site}</b>")
'Ｓｔｏｒｅ %(name)s ｏｆ <b>{site}</b>'
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation
from tools.messages import PLACEHOLDER

from rasr.report import texts

KEPT = re.compile(rf"{PLACEHOLDER.pattern}|&#?\w+;")
"""What must stand in a translation as it is: placeholders, tags, entities."""
WIDE = str.maketrans({code: code + 0xFEE0 for code in (*range(65, 91), *range(97, 123))})
SHOWN = ("title", "alt", "aria-label", "aria-description", "aria-valuetext", "placeholder", "label", "data-label",
         "data-words", "data-confirm", "content")  # fmt: skip
"""Attributes that people see or hear; content only of a description."""
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {"script", "style", "code", "samp"}
NOT_SHOWN = ("", "js_data")
"""Ids of JSON that is not shown: what has none tells scripts of others where things stand; passkeys."""
IDS = re.compile(r"\b[0-9a-f]{8}-[0-9a-f-]+…?|\b[0-9a-f]{16,}\b|(?<!\S)/\S+")
"""Ids, digests and paths."""
NO_TEXT = ("html_lang", "decimal_mark")
"""Keys of the report's texts that are no texts."""


def wide(text: str) -> str:
    """The text in wide letters, but for what must stay."""
    parts, at = [], 0
    for kept in KEPT.finditer(text):
        parts += [text[at : kept.start()].translate(WIDE), kept.group()]
        at = kept.end()
    return "".join([*parts, text[at:].translate(WIDE)])


def speak(patched: pytest.MonkeyPatch) -> None:
    """Let every translation come out wide, of the pages and of the report, until the patches are undone."""
    said = translation._trans
    one: dict[str, Any] = {name: getattr(said, name) for name in ("gettext", "ngettext", "pgettext", "npgettext")}
    for name, function in one.items():
        patched.setattr(said, name, lambda *given, _function=function: wide(_function(*given)))
    kept = {key: value for key, value in texts._column("en").items() if key in NO_TEXT}
    column = {key: wide(value) for key, value in texts._column("en").items()} | kept
    patched.setattr(texts, "_column", lambda _language: column)


@dataclass
class Page(HTMLParser):
    """What people see and hear of a page, and where its links lead."""

    text: str
    found: list[str] = field(default_factory=list)
    """Texts, of attributes too; none of elements of another language or not to be translated."""
    links: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    """JSON that scripts draw from, as ``json_script`` writes it."""

    def __post_init__(self) -> None:
        super().__init__()
        self.within: list[tuple[str, bool]] = []
        self.json = False
        self.feed(self.text)
        self.close()

    @property
    def silent(self) -> bool:
        """Whether what comes now is not to be read."""
        return bool(self.within) and self.within[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        other = tag != "html" and "lang" in given
        silent = self.silent or tag in SILENT or other or given.get("translate") == "no"
        if not silent:
            self.found += [given[name] for name in SHOWN if given.get(name) and seen(tag, name, given)]
        self.links += [given[name] for name in ("href", "hx-get", "data-url", "data-src") if name in given]
        self.json = tag == "script" and given.get("type") == "application/json" and given.get("id", "") not in NOT_SHOWN
        if tag not in VOID:
            self.within.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.json and self.within[-1][0] == "script":
            self.data.append(data)
        elif not self.silent and data.strip():
            self.found.append(" ".join(data.split()))


def seen(tag: str, name: str, given: dict[str, str]) -> bool:
    """Whether an attribute is shown to people."""
    if tag == "meta":
        return name == "content" and given.get("name") == "description"
    return name != "content"


def strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value, but not the names of its keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


class Known:
    """What need not be translated: names and ids of the records, units, and how the program's own things are called."""

    def __init__(self, whole: set[str], words: set[str]) -> None:
        self.whole = {" ".join(each.split()) for each in whole if each.strip()}
        self.words = words
        longest = sorted((each for each in self.whole if re.search("[A-Za-z]", each)), key=len, reverse=True)
        self.parts = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(map(re.escape, longest))})(?![A-Za-z])")

    def untranslated(self, text: str) -> list[str]:
        """The words of a text that did not come through translation."""
        if text in self.whole or not re.search("[A-Za-z]", text):
            return []
        rest = self.parts.sub(" ", IDS.sub(" ", text))
        return [word for word in re.findall(r"[A-Za-z][\w.:/-]*", rest) if word.rstrip(".:") not in self.words]


def untranslated(page: Page, known: Known) -> list[str]:
    """Texts of a page with a word in them that did not come through translation."""
    drawn = [text for data in page.data for text in strings(json.loads(data)) if not text.startswith("/")]
    return [text for text in dict.fromkeys([*page.found, *drawn]) if known.untranslated(text)]


def names_of_languages() -> set[str]:
    """Languages are named by their own words."""
    return {translation.get_language_info(code)["name_local"] for code, _ in settings.LANGUAGES}
