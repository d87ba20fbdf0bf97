"""The catalogues are current and complete, and the tool finds what is wrong with one."""

from __future__ import annotations

import ast
import csv
import gettext
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rasr.report.texts import LANGUAGES
from tools import messages

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = [language for language in LANGUAGES if language != "en"]
VIEW = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
TITLE = _("Stores "
          "in danger")
def counted(count):
    return ngettext("%(count)s store", "%(count)s stores", count) + pgettext("of a door", "Open")
"""
PAGE = """
{% load i18n %}
  <h1>{% translate "Sites" %}</h1>
{% blocktranslate trimmed count n=rows|length with place="x" %}
    {{ n }} row
    in {{ place }}, 5 % off
{% plural %}
    {{ n }} rows
    in {{ place }}, 5 % off
{% endblocktranslate %}
      {# a comment with _("no message") #}
    <a title="{% translate "Open" context "of a file" %}">{{ _("Danger")|lower }}</a>
{% include "x.html" with title=_("Sites") %}
"""
FINDINGS = "code,severity,sentence\nbad,error,{path} is bad: 5 % of it.\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small project: one module, one page, one sentence, with their catalogues."""
    for name, text in {
        f"{messages.NODE}/desk/views.py": VIEW,
        f"{messages.NODE}/desk/templates/desk/page.html": PAGE,
        messages.FINDINGS: FINDINGS,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    extract(tmp_path)
    return tmp_path


def extract(root: Path) -> None:
    found = messages.collect(root)
    for language in LANGUAGES:
        messages.write(root, language, messages.brought_up_to_date(language, found, messages.read(root, language)))


def row(msgid: str, msgstr: str, index: int = 0, context: str = "") -> dict[str, str]:
    return {"msgid": msgid, "msgctxt": context, "index": str(index), "msgstr": msgstr}


def test_the_catalogues_of_the_node_are_current_and_complete() -> None:
    assert messages.check(ROOT) == []


def asked(code: str) -> Iterator[tuple[str | None, str]]:
    """Context and text of every message that Python code asks for, whatever the function is called there."""
    tree = ast.parse(code)
    called = {
        alias.asname or alias.name: alias.name.removesuffix("_lazy")
        for each in ast.walk(tree)
        if isinstance(each, ast.ImportFrom) and each.module == "django.utils.translation"
        for alias in each.names
    }
    for each in ast.walk(tree):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and "gettext" in called.get(each.func.id, ""):
            texts = [text.value for text in each.args if isinstance(text, ast.Constant) and isinstance(text.value, str)]
            with_context = called[each.func.id].startswith(("pgettext", "npgettext"))
            if len(texts) > with_context:
                yield (texts[0], texts[1]) if with_context else (None, texts[0])


def test_every_message_that_is_asked_for_is_collected() -> None:
    """Also within an f-string, and by a function under another name: the extraction reads words, not meaning."""
    known = {(message.context, messages.forms(message.id)[0]) for message in messages.collect(ROOT) if message.id}
    node = [path for path in messages.sources(ROOT) if path.suffix == ".py"]
    found = {message for path in node for message in asked(path.read_text())}
    assert len(found) > 500
    assert found - known == set()
    assert list(asked("from django.utils.translation import gettext as _n\nf'{_n(\"Not a word\")}'")) == [
        (None, "Not a word")
    ]


def test_every_kind_of_message_is_collected(tree: Path) -> None:
    found = {(message.context, message.id) for message in messages.collect(tree) if message.id}
    assert found == {
        (None, "Stores in danger"),
        (None, ("%(count)s store", "%(count)s stores")),
        ("of a door", "Open"),
        (None, "Sites"),
        (None, ("%(n)s row in %(place)s, 5 %% off", "%(n)s rows in %(place)s, 5 %% off")),
        ("of a file", "Open"),
        (None, "Danger"),
        (None, "{path} is bad: 5 % of it."),
    }


def test_english_is_its_own_translation_and_bare_of_dates_and_lines(tree: Path) -> None:
    assert messages.check(tree, ["en"]) == []
    text = messages.path_of(tree, "en").read_text()
    assert "#: node/desk/templates/desk/page.html\n" in text
    assert "Date" not in text
    assert messages.UNREVIEWED not in text
    assert text == messages.text_of(messages.read(tree, "en"))


def test_todo_filled_in_comes_back_marked_and_survives_the_next_extract(tree: Path) -> None:
    rows = messages.todo(tree, "sl")
    assert len(rows) == 6 + 2 * 4
    for each in rows:
        each["msgstr"] = (each["msgid_plural"] or each["msgid"]).replace("r", "ř")
    handle = io.StringIO()
    table = csv.DictWriter(handle, messages.COLUMNS)
    table.writeheader()
    table.writerows(rows)
    handle.seek(0)
    assert messages.fill(tree, "sl", csv.DictReader(handle)) == []
    before = messages.path_of(tree, "sl").read_text()
    extract(tree)
    assert messages.path_of(tree, "sl").read_text() == before
    assert before.count(f"# {messages.UNREVIEWED}\n") == 8
    assert messages.todo(tree, "sl") == messages.check(tree, ["sl"]) == []


def test_what_is_no_longer_used_goes_and_what_is_new_is_missed(tree: Path) -> None:
    messages.fill(tree, "mk", [row("Danger", "Опасност"), row("Stores in danger", "Магацини")])
    (tree / messages.NODE / "desk/views.py").write_text('_("Stores in peace")\n')
    assert any("not up to date" in fault for fault in messages.check(tree, ["mk"]))
    extract(tree)
    text = messages.path_of(tree, "mk").read_text()
    assert "Опасност" in text
    assert "Магацини" not in text
    assert f"{messages.path_of(Path(), 'mk')}: 'Stores in peace': empty" in messages.check(tree, ["mk"])


@pytest.mark.parametrize(
    ("language", "given", "fault"),
    [
        ("sq", row("{path} is bad: 5 % of it.", "Keq."), "placeholders differ: {path}"),
        ("sq", row("%(count)s store", "depo"), "placeholders differ[0]: %(count)s"),
        ("mk", row("%(count)s store", "%(number)s магацин"), "placeholders differ[0]: %(count)s %(number)s"),
        (
            "ro",
            row("%(n)s row in %(place)s, 5 %% off", "%(n)s %(place)s 5 %"),
            "a per cent sign that is not doubled[0]",
        ),
        ("bg", row("Danger", "Опасност "), "space at an end"),
        ("bg", row("Dangers", "Опасности"), "there is no such message"),
        ("bg", row("Danger", "Опасност", 1), "there is no such message"),
    ],
)
def test_a_slip_of_a_translator_is_named(tree: Path, language: str, given: dict[str, str], fault: str) -> None:
    assert any(fault in said for said in messages.fill(tree, language, [given]))


def test_one_may_go_without_its_number_only_where_it_is_always_one(tree: Path) -> None:
    (tree / messages.NODE / "desk/views.py").write_text('ngettext("One store", "%(count)s stores", n)\n')
    extract(tree)
    assert not any("differ[0]" in fault for fault in messages.fill(tree, "sq", [row("One store", "Një depo")]))
    assert any("differ[0]: %(count)s" in fault for fault in messages.fill(tree, "mk", [row("One store", "Магацин")]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_catalogues_are_read_by_gettext(tree: Path, language: str) -> None:
    if language != "en":
        counted = [row("%(count)s store", f"{index}: %(count)s", index) for index in range(plural_count(language))]
        assert not any("store" in fault for fault in messages.fill(tree, language, [row("Danger", "!"), *counted]))
    made = gettext.GNUTranslations(io.BytesIO(messages.compiled(tree, language)))
    assert made.gettext("Danger") == ("Danger" if language == "en" else "!")
    forms = {made.ngettext("%(count)s store", "%(count)s stores", number) for number in range(200)}
    assert len(forms) == plural_count(language)
    assert made.gettext("Sites") == "Sites"  # not translated: the English text, not an empty one


def plural_count(language: str) -> int:
    return {"bcms": 3, "ro": 3, "sl": 4}.get(language, 2)


def test_bcms_has_what_django_says_beneath_its_own(tree: Path) -> None:
    made = gettext.GNUTranslations(io.BytesIO(messages.compiled(tree, "bcms")))
    assert made.gettext("This field is required.") == "Ovo polje se mora popuniti."
    assert made.gettext("Your password can’t be entirely numeric.") != "Your password can’t be entirely numeric."


def test_a_broken_template_is_named(tree: Path) -> None:
    (tree / messages.NODE / "desk/templates/desk/page.html").write_text(
        "{% blocktranslate %}{% if a %}{% endif %}{% endblocktranslate %}"
    )
    with pytest.raises(SystemExit, match=r"page\.html"):
        messages.collect(tree)


def test_the_commands(tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(messages, "ROOT", tree)
    shutil.rmtree(tree / messages.LOCALE)
    assert messages.main(["check"]) == 1
    assert capsys.readouterr().err.count("missing") == len(LANGUAGES)
    assert messages.main(["extract"]) == messages.main(["compile"]) == messages.main(["todo", "ro"]) == 0
    todo = capsys.readouterr()
    assert todo.out.splitlines()[0] == ",".join(messages.COLUMNS)
    assert "index 0: 1;" in todo.err
    (tree / "ro.csv").write_text(todo.out.replace("Sites,,0,", "Sites,,0,Locuri"))
    assert messages.main(["fill", "ro", str(tree / "ro.csv")]) == 0
    assert "Locuri" in messages.path_of(tree, "ro").read_text()
