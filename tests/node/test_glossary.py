"""The glossary has every word of the models in every language, and the catalogues of the pages keep to it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog
from django.apps import apps
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import translation
from django.utils.functional import Promise

from rasr.node.people.choices import Institution, Role, Sex
from rasr.node.records.models import MovementKind, PlaceKind
from rasr.node.web.codes import NAMES
from rasr.report.texts import LANGUAGES, rows
from tools import docs, messages

UNIT = re.compile(r", (°|%|t|kg|km|m|EUR)( .*)?$", re.I)
TERMS = docs.read(docs.ROOT, docs.GLOSSARY)
BY_ENGLISH = {term["en"].casefold(): term for term in TERMS}
AS_WRITTEN = {term["en"]: term for term in TERMS}
"""The people around a store are the Public; what everybody may see is public: two terms."""
BY_ENGLISH_WITH_UNIT = {UNIT.sub("", english): term for english, term in BY_ENGLISH.items() if UNIT.search(english)}
OTHERS = [code for code in LANGUAGES if code != "en"]
CODES = ("construction", "family", "condition", "purpose", "quantity_basis", "relation", "technique")
CHOICES: tuple[type[models.TextChoices], ...] = (Role, Sex, Institution, PlaceKind, MovementKind)
MACHINERY = {
    "run", "run table", "store danger", "site danger", "plan run", "plan table", "node state", "worker seen",
    "given pool", "given curve", "movement line", "batch", "place", "leaf", "exposure", "line rate", "setting",
    "article component", "article detail", "article name", "count line", "item position", "lot component",
    "voucher series", "security photograph", "security phone", "security upload", "upgrade photo",
    "clearance progress", "hotspot item", "study table",
}  # fmt: skip
"""Models that hold parts of something else, or are known by another word: no page names one of their rows by these."""


OTHER_SENSE = ("unit_", "tile_", "head_by")
"""Texts of the report that stand beside a number, or are a word of another sense: until the end of a period."""


def bare(text: str) -> str:
    """A heading without its unit, whatever its case."""
    return UNIT.sub("", text).casefold()


def term_of(english: str) -> docs.Row | None:
    """The term that a heading says: the one with a unit for a heading with a unit, if there is one."""
    if english in AS_WRITTEN:
        return AS_WRITTEN[english]
    with_unit = UNIT.search(english) and BY_ENGLISH_WITH_UNIT.get(bare(english))
    return with_unit or BY_ENGLISH.get(bare(english))


def verbose_names() -> Iterator[tuple[str, str]]:
    """Where it stands, and the English of every name of a field that people are shown."""
    with translation.override("en"):
        for model in apps.get_models():
            if model.__module__.startswith("rasr.node"):
                for field in model._meta.fields:
                    inherited = model._meta.label == "people.User" and hasattr(AbstractUser, field.name)
                    if isinstance(field.verbose_name, Promise) and not inherited:
                        yield f"{model._meta.label}.{field.name}", str(field.verbose_name)


def labels() -> Iterator[tuple[str, str]]:
    """Where it stands, and the English of every name of a code of the trade."""
    with translation.override("en"):
        for kind in CHOICES:
            for value, label in kind.choices:
                yield f"{kind.__name__}.{value}", str(label)
        for group in CODES:
            for code, label in NAMES[group].items():
                if code not in ("all", "unknown"):
                    yield f"{group}.{code}", str(label)


def told(catalog: Catalog) -> Iterator[tuple[docs.Row, str]]:
    """Every term and how the catalogue says it, but where it stands in a context of its own."""
    for message in catalog:
        if message.id and not message.context:
            term = term_of(messages.forms(message.id)[0])
            if term is not None:
                yield term, messages.forms(message.string)[0]


def disagreements(catalog: Catalog, language: str) -> list[str]:
    """Where a catalogue and the glossary differ. An empty text is not translated yet: tools.messages tells of it."""
    return [
        f"{term['en']}: {said!r} in the catalogue, {term[language]!r} in the glossary"
        for term, said in told(catalog)
        if said and bare(said) != bare(term[language])
    ]


def test_every_term_has_all_languages_and_a_meaning() -> None:
    names = [term["term"] for term in TERMS]
    assert len(names) == len(set(names)) == len(AS_WRITTEN)
    assert len(TERMS) >= 120
    for term in TERMS:
        assert all(term[code].strip() == term[code] != "" for code in LANGUAGES), term["term"]
        assert term["definition"].endswith("."), term["term"]
        assert term["topic"] in docs.TOPICS, term["term"]
        assert set(term["reviewed"].split()) <= set(OTHERS), term["term"]


def test_every_name_of_a_field_or_code_is_a_term() -> None:
    found = [*verbose_names(), *labels()]
    assert len(found) > 150
    assert [f"{where}: {text}" for where, text in found if term_of(text) is None] == []


def test_every_model_is_a_term() -> None:
    named = {str(model._meta.verbose_name) for model in apps.get_models() if model.__module__.startswith("rasr.node")}
    assert {name for name in named if name not in BY_ENGLISH} - MACHINERY == set()


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogue_says_each_term_as_the_glossary_does(language: str) -> None:
    catalog = messages.read(docs.ROOT, language)
    assert sum(1 for _ in told(catalog)) > 150
    assert disagreements(catalog, language) == []


def test_a_catalogue_that_says_it_otherwise_is_found() -> None:
    catalog = Catalog()
    catalog.add("Store", "Magacin")
    catalog.add("Longitude, °", "Geografska dužina, °")
    assert disagreements(catalog, "bcms") == ["store: 'Magacin' in the catalogue, 'skladište' in the glossary"]


@pytest.mark.parametrize("language", OTHERS)
def test_the_report_says_each_term_as_the_glossary_does(language: str) -> None:
    said = [(term_of(row["en"]), row) for row in rows() if not row["key"].startswith(OTHER_SENSE)]
    assert sum(term is not None for term, _ in said) > 15
    assert [
        f"{row['key']}: {row[language]!r}, not {term[language]!r}"
        for term, row in said
        if term is not None and bare(row[language]) != bare(term[language])
    ] == []


def avoided(language: str) -> list[re.Pattern[str]]:
    """What is not said in a language: ``xx:word``, and ``xx:stem*`` for every ending."""
    marked = [word.partition(":") for term in TERMS for word in term["avoid"].split()]
    words = [re.escape(word).replace(r"\*", r"\w*") for code, _, word in marked if code == language]
    return [re.compile(rf"\b{word}\b", re.I) for word in words]


def slips(language: str, texts: list[str]) -> list[str]:
    """Texts in which a word stands that is not said."""
    return [
        text for text in texts for pattern in avoided(language) if pattern.search(messages.PLACEHOLDER.sub("", text))
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_says_what_the_glossary_avoids(language: str) -> None:
    catalog = messages.read(docs.ROOT, language)
    texts = [text for message in catalog if message.id for text in messages.forms(message.string)]
    assert slips(language, [*texts, *(row[language] for row in rows())]) == []


def test_a_word_to_avoid_is_found() -> None:
    assert slips("en", ["Stock of the country"])
    assert slips("mk", ["Залихи на државата"])
    assert not slips("bg", ["Страница 3 от обекта"])
