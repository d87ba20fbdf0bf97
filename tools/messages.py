"""The catalogues of the node's texts: collected from code, templates and rule data, kept per language as .po files.

``python -m tools.messages extract`` brings every catalogue up to date (translations are kept, what is no longer used is
dropped); ``compile`` writes the .mo files that a node reads; ``check`` names what is missing, empty, not current or has
other placeholders than its source, and exits with 1. For translators: ``todo LANG`` writes a table of what is to be
translated, ``fill LANG FILE.csv`` takes such a table back. What no native reader has read carries ``# unreviewed``.

>>> sorted(placeholders("<b>%(count)s</b> of {total}, 5 %% off"))
['%%', '%(count)s', '</b>', '<b>', '{total}']
"""

from __future__ import annotations

import argparse
import csv
import gettext
import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from rasr.report.texts import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
NODE = "src/rasr/node"
LOCALE = f"{NODE}/web/locale"
REFERENCE = "src/rasr/core/reference"
FINDINGS = f"{REFERENCE}/findings.csv"
RULE_TEXTS = {
    f"{REFERENCE}/security/questions.csv": ("text", None),
    f"{REFERENCE}/plan_reasons.csv": ("sentence", None),
    **{
        f"{REFERENCE}/security/{name}.csv": ("name", "security")
        for name in ("evidence", "headings", "levels", "scales", "sets", "works")
    },
}
"""Rule data that people read: file, with the column of its texts and their context."""
SOURCE = "en"
DJANGO = Path(django.__file__).parent
# Django and CLDR know no bcms: plurals, and under our own messages what Django says itself, are those of Serbian.
DJANGO_NAMES = {"bcms": "sr_Latn"}
ENGLISH_PLURALS = "nplurals=2; plural=(n != 1);"  # Django's own English catalogue is empty
DJANGO_PARTS = ("conf/locale", "contrib/auth/locale")
UNREVIEWED = "unreviewed"
SINGULAR, PLURAL = None, (1, 2)
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(["_", "_now", "gettext", "gettext_lazy", "gettext_noop"], SINGULAR),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], PLURAL),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}
COLUMNS = ("msgctxt", "msgid", "msgid_plural", "index", "msgstr")
HEAD_OF_BABEL = re.compile(
    r'^"(Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team'
    r'|Generated-By): .*"\n', re.M,
)  # fmt: skip
# %(name)s and %s of Python, %% of templates, {name} of rule data, tags of HTML
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd](?!\w)|%%|\{\w+[^{}]*\}|</?[a-z][^<>]*>")
PER_CENT = re.compile(r"%\(\w+\)[a-z]|%%")


Text = str | list[str] | tuple[str, ...]
Reader = Callable[[str], Iterator[tuple[str | tuple[str, ...], list[str], str | None]]]


class Key(NamedTuple):
    """What names a message: its context, and its English text (of one)."""

    context: str | None
    text: str


def key_of(message: Message) -> Key:
    """The key of a message."""
    return Key(message.context or None, forms(message.id)[0])


def forms(text: Text | None) -> tuple[str, ...]:
    """Every form of a text: one, or one for each plural."""
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


def placeholders(text: str) -> set[str]:
    """What must stand in a translation as it stands in its source."""
    return set(PLACEHOLDER.findall(text))


# Collecting.


def of_python(code: str) -> Iterator[tuple[str | tuple[str, ...], list[str], str | None]]:
    """Messages of Python code: text, comments for translators, context."""
    stream = io.BytesIO(code.encode())
    for _, text, comments, context in extract("python", stream, KEYWORDS, ["Translators"]):
        yield text, list(comments), context


def of_template(template: str) -> Iterator[tuple[str | tuple[str, ...], list[str], str | None]]:
    """Messages of a template of Django."""
    # what is no message has become words of X: they must not look like indented code
    yield from of_python("\n".join(line.strip() for line in templatize(template).splitlines()) + "\n")


def of_findings(table: str) -> Iterator[tuple[str, list[str], str | None]]:
    """The sentences of findings.csv."""
    for row in csv.DictReader(io.StringIO(table)):
        yield row["sentence"], [], None


def of_rule_texts(table: str, column: str, context: str | None) -> Iterator[tuple[str, list[str], str | None]]:
    """The texts of one column of rule data."""
    for row in csv.DictReader(io.StringIO(table)):
        yield row[column], [], context


def sources(root: Path) -> Iterator[Path]:
    """Every file that may hold a message, in order."""
    node = root / NODE
    yield from sorted(path for path in node.rglob("*.py") if "migrations" not in path.parts)
    yield from sorted(path for path in node.glob("*/templates/**/*") if path.is_file())
    yield root / FINDINGS
    yield from (root / name for name in RULE_TEXTS if (root / name).is_file())


def collect(root: Path) -> Catalog:
    """Every message of the tree, with the files it stands in, without translation."""
    found = Catalog()
    for path in sources(root):
        read: Reader = {".py": of_python, ".csv": of_findings}.get(path.suffix, of_template)
        column_and_context = RULE_TEXTS.get(path.relative_to(root).as_posix())
        if column_and_context:
            read = partial(of_rule_texts, column=column_and_context[0], context=column_and_context[1])
        where = (path.relative_to(root / "src/rasr").as_posix(), 0)
        try:
            for text, comments, context in read(path.read_text(encoding="utf-8")):
                if forms(text)[0]:
                    found.add(text, locations=[where], auto_comments=comments, context=context)
        except SyntaxError as fault:
            raise SystemExit(f"{path}: {fault}") from None
    return found


# Catalogues.


def path_of(root: Path, language: str, suffix: str = "po") -> Path:
    """Where the catalogue of a language lies."""
    return root / LOCALE / language / f"LC_MESSAGES/django.{suffix}"


def name_of(language: str) -> str:
    """What Django and CLDR call the language."""
    return DJANGO_NAMES.get(language, language)


def plural_rule(language: str) -> str:
    """The rule of plurals as Django has it for the language, so that its catalogues and ours can be laid together."""
    head = gettext.translation("django", str(DJANGO / "conf/locale"), [name_of(language)]).info()
    return str(head.get("plural-forms", ENGLISH_PLURALS))


def blank(language: str) -> Catalog:
    """An empty catalogue of the language, without a date or name in its head."""
    made = Catalog(locale=name_of(language), fuzzy=False)
    made.header_comment = f"# Texts of the node. Language: {language}. Brought up to date by tools/messages.py."
    made.mime_headers = [("Plural-Forms", plural_rule(language))]
    return made


def read(root: Path, language: str) -> Catalog:
    """The kept catalogue; an empty one if there is none."""
    path = path_of(root, language)
    if not path.exists():
        return blank(language)
    with path.open("rb") as handle:
        return read_po(handle, locale=name_of(language))


def kept_string(message: Message, kept: Catalog, language: str, count: int) -> Text:
    """The translation of a message: English is its own, another comes from the kept catalogue if it still fits."""
    if language == SOURCE:
        return message.id
    empty = ("",) * count if message.pluralizable else ""
    old = kept.get(key_of(message).text, message.context)
    if old is None or not old.string or len(forms(old.string)) != len(forms(empty)):
        return empty
    return tuple(old.string) if message.pluralizable else old.string


def brought_up_to_date(language: str, found: Catalog, kept: Catalog) -> Catalog:
    """A catalogue of what was found, with the translations and marks that were kept."""
    made = blank(language)
    for message in found:
        if not message.id:
            continue
        string = kept_string(message, kept, language, made.num_plurals)
        old = kept.get(key_of(message).text, message.context)
        marks = old.user_comments if old is not None and any(forms(string)) else []
        made.add(
            message.id,
            string,
            locations=message.locations,
            auto_comments=message.auto_comments,
            user_comments=[] if language == SOURCE else marks,
            context=message.context,
        )
    return made


def text_of(catalog: Catalog) -> str:
    """The catalogue as the text of a .po file: sorted, without dates and line numbers, so that changes stay small."""
    for message in catalog:
        message.flags.clear()  # guessed by Babel from every per cent sign
    stream = io.BytesIO()
    write_po(stream, catalog, width=0, sort_output=True, include_lineno=False, ignore_obsolete=True)
    return HEAD_OF_BABEL.sub("", stream.getvalue().decode()).rstrip() + "\n"


def write(root: Path, language: str, catalog: Catalog) -> None:
    """Keep a catalogue."""
    path = path_of(root, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text_of(catalog), encoding="utf-8")


def translated(catalog: Catalog) -> Iterator[Message]:
    """Messages of which every form is translated."""
    return (message for message in catalog if message.id and all(forms(message.string)))


def compiled(root: Path, language: str) -> bytes:
    """The .mo file of a language: what is translated; where Django does not know the language, its texts beneath."""
    made = blank(language)
    layers = list(translated(read(root, language)))
    if language in DJANGO_NAMES:
        for part in DJANGO_PARTS:
            with (DJANGO / part / name_of(language) / "LC_MESSAGES/django.po").open("rb") as handle:
                layers = [*(each for each in translated(read_po(handle)) if not each.fuzzy), *layers]
    # a later one stands in front of an earlier one of the same key
    for message in {key_of(message): message for message in layers}.values():
        made.add(message.id, message.string, context=message.context)
    stream = io.BytesIO()
    write_mo(stream, made)
    return stream.getvalue()


# Faults.


def served(language: str) -> dict[int, list[int]]:
    """For each plural form of the language, the numbers below 300 it serves (one may serve 1, 21, 31 and so on)."""
    choose = gettext.c2py(plural_rule(language).split("plural=", 1)[1].strip().rstrip(";"))
    found: dict[int, list[int]] = {}
    for number in range(300):
        found.setdefault(choose(number), []).append(number)
    return found


def faults_of(message: Message, language: str) -> Iterator[str]:
    """What is wrong with the translation of one message."""
    one, *other = forms(message.id)
    counted = served(language) if message.pluralizable else {}
    for index, text in enumerate(forms(message.string)):
        mark = f"[{index}]" if message.pluralizable else ""
        if not text.strip():
            yield f"empty{mark}"
            continue
        # where the form serves 21 as well as 1, "one store" would be wrong: the number must stand in it
        wanted = [placeholders(other[0])] if len(counted.get(index, ())) > 1 else []
        wanted = wanted or [placeholders(each) for each in (one, *other)]
        have = placeholders(text)
        if language != SOURCE and have not in wanted:
            odd = sorted(have ^ wanted[0])
            yield f"placeholders differ{mark}: {' '.join(odd)}"
        if PER_CENT.search(one) and "%" in PER_CENT.sub("", text):
            yield f"a per cent sign that is not doubled{mark}"
        if text[:1].isspace() != one[:1].isspace() or text[-1:].isspace() != one[-1:].isspace():
            yield f"space at an end{mark}"


def check(root: Path, languages: Iterable[str] = LANGUAGES) -> list[str]:
    """Every fault of the catalogues, one line each."""
    found = collect(root)
    faults = []
    for language in languages:
        path = path_of(root, language)
        name = path.relative_to(root)
        if not path.exists():
            faults.append(f"{name}: missing; python -m tools.messages extract")
            continue
        kept = read(root, language)
        current = brought_up_to_date(language, found, kept)
        if text_of(current) != path.read_text(encoding="utf-8"):
            faults.append(f"{name}: not up to date; python -m tools.messages extract")
        faults += [
            f"{name}: {key_of(message).text!r}: {fault}"
            for message in current
            if message.id
            for fault in faults_of(message, language)
        ]
    return faults


# For translators.


def todo(root: Path, language: str) -> list[dict[str, str]]:
    """A row for each form that is not translated."""
    rows = []
    for message in brought_up_to_date(language, collect(root), read(root, language)):
        if not message.id:
            continue
        one, *other = forms(message.id)
        for index, text in enumerate(forms(message.string)):
            if not text:
                values = (message.context or "", one, "".join(other), str(index), "")
                rows.append(dict(zip(COLUMNS, values, strict=True)))
    return sorted(rows, key=lambda row: (row["msgid"], row["msgctxt"], int(row["index"])))


def fill(root: Path, language: str, rows: Iterable[dict[str, str]]) -> list[str]:
    """Put translations into the catalogue, marked unreviewed; what cannot be taken is named, the rest is kept."""
    catalog = brought_up_to_date(language, collect(root), read(root, language))
    faults, touched = [], {}
    for row in rows:
        text = row.get("msgstr") or ""
        if not text:
            continue
        index = int(row.get("index") or 0)
        message = catalog.get(row["msgid"], row.get("msgctxt") or None)
        if message is None or index >= len(forms(message.string)):
            faults.append(f"{row['msgid']!r} [{index}]: there is no such message")
            continue
        strings = [*forms(message.string)]
        strings[index] = text
        message.string = tuple(strings) if message.pluralizable else text
        message.user_comments = [*(each for each in message.user_comments if each != UNREVIEWED), UNREVIEWED]
        touched[key_of(message)] = message
    for key, message in touched.items():
        faults += [f"{key.text!r}: {fault}" for fault in faults_of(message, language)]
    write(root, language, catalog)
    return faults


def numbers(language: str) -> str:
    """For each plural form the first numbers it serves, for who translates."""
    shown = sorted(served(language).items())
    return "; ".join(f"index {form}: {', '.join(map(str, counts[:6]))}" for form, counts in shown)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; exit code 1 if something is wrong."""
    parser = argparse.ArgumentParser(prog="tools.messages", description=__doc__.splitlines()[0] if __doc__ else "")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("extract", "compile", "check"):
        commands.add_parser(name)
    for name in ("todo", "fill"):
        command = commands.add_parser(name)
        command.add_argument("language", choices=[each for each in LANGUAGES if each != SOURCE])
        if name == "fill":
            command.add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    faults: list[str] = []
    if options.command == "extract":
        found = collect(ROOT)
        for language in LANGUAGES:
            write(ROOT, language, brought_up_to_date(language, found, read(ROOT, language)))
    elif options.command == "compile":
        for language in LANGUAGES:
            path_of(ROOT, language, "mo").write_bytes(compiled(ROOT, language))
    elif options.command == "check":
        faults = check(ROOT)
    elif options.command == "todo":
        out = csv.DictWriter(sys.stdout, COLUMNS)
        out.writeheader()
        out.writerows(todo(ROOT, options.language))
        print(numbers(options.language), file=sys.stderr)
    else:
        with options.file.open(encoding="utf-8-sig", newline="") as handle:
            faults = fill(ROOT, options.language, csv.DictReader(handle))
    print("\n".join(faults), end="\n" if faults else "", file=sys.stderr)
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
