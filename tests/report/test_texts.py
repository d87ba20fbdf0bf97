"""Every text in seven languages, and no text anywhere else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rasr.core.assessment.surplus import reasons as exclusion_reasons
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader
from rasr.core.report.worst import REASONS
from rasr.report import texts
from rasr.report.html import TEMPLATES
from rasr.report.texts import LANGUAGES, Texts

SOURCES = Path(texts.__file__).parent
SAME_EVERYWHERE = {"unit_tonne"}
LETTERS = {"bg": "[А-я]", "mk": "[А-я]"}


def row_ids() -> list[str]:
    return [row["key"] for row in texts.rows()]


def test_keys_are_unique() -> None:
    assert len(row_ids()) == len(set(row_ids()))


@pytest.mark.parametrize("row", texts.rows(), ids=row_ids())
def test_no_translation_is_empty_or_names_other_numbers(row: dict[str, str]) -> None:
    assert set(row) == {"key", *LANGUAGES}
    named = {language: sorted(re.findall(r"{(\w+)}", row[language])) for language in LANGUAGES}
    for language in LANGUAGES:
        assert row[language].strip(), f"{row['key']} has no text in {language}"
        assert named[language] == named["en"], f"{row['key']} names other numbers in {language}"


@pytest.mark.parametrize("row", texts.rows(), ids=row_ids())
def test_cyrillic_languages_are_written_in_cyrillic(row: dict[str, str]) -> None:
    worded = re.search(r"[a-z]{3}", re.sub(r"{\w+}", "", row["en"]))
    if worded and row["key"] not in SAME_EVERYWHERE | {"html_lang"}:
        for language, letters in LETTERS.items():
            assert re.search(letters, row[language]), f"{row['key']} is not translated into {language}"


def test_no_text_is_left_in_english() -> None:
    long = [row for row in texts.rows() if len(row["en"]) > 25]
    assert [(row["key"], code) for row in long for code in LANGUAGES[1:] if row[code] == row["en"]] == []


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.html.j2")), ids=lambda path: path.name)
def test_templates_hold_no_text_of_their_own(template: Path) -> None:
    shown = re.sub(r"{[{%#].*?[}%#]}|<[^<>]*>", " ", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(r"[^\W\d_]+", shown.replace("&nbsp;", "")) == []


def test_every_text_is_used() -> None:
    sources = [*SOURCES.glob("*.py"), *TEMPLATES.glob("*.j2")]
    written = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    codes = {f"exposure_{kind}" for kind in loader.contract("exposures").by_name["kind"].allowed}
    codes |= {f"excluded_{reason}" for reason in exclusion_reasons()} | {f"reason_{reason}" for reason in REASONS}
    groups = ("head_", "status_", "solved_", "activity_", "spending_by_")
    unused = [
        key
        for key in set(row_ids()) - codes
        if f'"{key}"' not in written
        and f"'{key}'" not in written
        and not any(key.startswith(group) and _named(key.removeprefix(group), written) for group in groups)
    ]
    assert unused == []


def _named(code: str, written: str) -> bool:
    known = {"verified", "secondary", "outside_limits", "within_gap", "rounds_done", "stopped_by_clock"}
    return code in known or f'"{code}"' in written


def test_every_code_has_its_text() -> None:
    keys = set(row_ids())
    for reason in exclusion_reasons():
        assert f"excluded_{reason}" in keys
    for code in REASONS:
        assert f"reason_{code}" in keys
    for kind in loader.contract("exposures").by_name["kind"].allowed:
        assert f"exposure_{kind}" in keys


def test_a_code_of_the_user_s_own_is_shown_as_it_is() -> None:
    assert Texts("sl").label("status", "own_rule") == "own rule"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(Refused, match="unknown_rule"):
        Texts("xx")
