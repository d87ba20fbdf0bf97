"""Writes the pages made from data: columns, findings, settings, rule data, commands, the glossary.

``python -m tools.docs`` writes them, ``--check`` names those that are not current and exits with 1.

>>> cell("a|b")
'a\\\\|b'
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = "src/rasr/core/reference"
COLUMNS = f"{REFERENCE}/columns"
FINDINGS = f"{REFERENCE}/findings.csv"
SETTINGS = f"{REFERENCE}/settings.csv"
GLOSSARY = "docs/glossary/terms.csv"
DATA_FOLDERS = (REFERENCE, "src/rasr/sample")
REQUIRED_TABLES = ("jurisdictions", "organisations", "sites", "stores", "articles", "stock")
TABLES = (
    *REQUIRED_TABLES[:4], "licences", *REQUIRED_TABLES[4:], "exposures", "requirements", "lines", "line_rates",
    "routes", "permits", "funds", "earmarks", "exchange_rates", "settings", "pools", "danger_curves",
)  # fmt: skip
SECURITY_TABLES = ("answers", "works", "work_effects", "losses")
PROGRAMME = "cases/seesac-storages-2016"
PROGRAMME_TEXT = """# A real programme: storages and evidence rooms

The European Union and SEESAC set out to secure central storages of weapons and ammunition, and rooms in which police
keep evidence, in six jurisdictions (Council Decision (CFSP) 2016/2356, 2017 to 2019). The published page gives both the
totals and the items. `cases/seesac-storages-2016` holds both as they stand; this page is worked out from them each time
the documentation is made.
"""
PROGRAMME_DIFFERS = """
Where the two differ, the program does not make them agree: which of them is wrong is not known from the page.
"""
QUESTIONS_TEXT = """# Questions on security

The question sets of the security assessment, in our own words. A question keeps its id for as long as it asks the same
thing. *Module* and *clause* say where its subject stands in the guidelines; a clause is named only where its heading
was read in a public copy. *Level* is that of risk reduction (1 basic, 2 intermediate, 3 advanced); it is our own
judgement unless marked *read*: then the column `level_source` of the data says where. How an answer counts:
[Security of a place](../guide/security.md).
"""
SECURITY = f"{REFERENCE}/security"
SECURITY_TEXT = """
# The security package

These tables are no part of a region: what they say would be a gift to a thief. They travel in a sealed file of their
own, [never with a position](../guide/security.md#the-security-package).
"""
MADE = "<!-- This page is made by tools/docs.py (make docs). Change the data, not the page. -->\n\n"
SOURCES_SHOWN = 4
MARKS = ("verified", "secondary", "not_verified", "assumed")
RULE_DATA_TEXT = """# Rule data and sample data

No figure stands in the code: constants, published tables and assumptions are CSV files with unit, source and status.

- *verified*: checked against the named document, or by independent recomputation
- *secondary*: from a public transcription, to be checked with the standard
- *not_verified*: background knowledge, no document at hand
- *assumed*: our own assumption, there to be replaced

Files of the same name in a folder of your own can stand in front of the shipped ones; the rule edition printed on every
result then changes with them.
"""
LANGUAGES = {
    "en": "English", "bcms": "Bosnian / Croatian / Montenegrin / Serbian", "bg": "Bulgarian", "mk": "Macedonian",
    "ro": "Romanian", "sq": "Albanian", "sl": "Slovene",
}  # fmt: skip
TOPICS = {
    "places": "Places", "stock": "Stock", "ledger": "The ledger", "danger": "Danger", "plan": "The plan",
    "people": "People", "trail": "The trail and the node", "words": "Headings of tables and forms",
}  # fmt: skip
GLOSSARY_TEXT = """# Glossary

The words of the field and of the program, in seven languages, as the pages use them. A test holds the catalogues of
the pages to them: where a page says one of these words, it says it as it stands here.

The definitions are our own; *See* names the document in which the thing itself is laid down. Words not to be used for a
term stand in the column `avoid` of [terms.csv](terms.csv), which this page is made from; a `*` is any ending.
"""
MOVEMENTS_TEXT = """# Movements

Everything is always somewhere: in a store or a stack of it, or in a place that is none on the ground (acquired, in
transit, on issue, converted, destroyed, lost, stolen, unexplained, exported, expended). A movement takes it from one to
the other. What each kind may do:

"""
Row = dict[str, str]


def read(root: Path, name: str) -> list[Row]:
    """Rows of a CSV file of the tree."""
    with (root / name).open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def cell(text: str) -> str:
    """Text that may stand in a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def table(heads: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    """A Markdown table. Cells are taken as they are: pass what users wrote through ``cell``."""
    heads = list(heads)
    rows = [heads, ["---"] * len(heads), *(list(line) for line in lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


# Pages.


def columns_page(root: Path) -> str:
    """Every table of a region with its columns."""
    named = {path.stem for path in (root / COLUMNS).glob("*.csv")}
    known = (*TABLES, *SECURITY_TABLES)
    order = [name for name in known if name in named] + sorted(named - set(known))
    parts = [
        MADE,
        "# Tables and columns\n\n",
        "A region is a workbook with one sheet per table, or a folder with one CSV or Parquet file per table. ",
        "Ids are text. Units are in the names. An empty cell means *unknown*; `none` and `not_applicable` are values. ",
        f"These tables are required: {', '.join(f'`{name}`' for name in REQUIRED_TABLES)}.\n",
    ]
    for name in order:
        if name == SECURITY_TABLES[0]:
            parts.append(SECURITY_TEXT)
        rows = read(root, f"{COLUMNS}/{name}.csv")
        lines = (
            (f"`{row['column']}`", row["dtype"], need(row), cell(values(row)), cell(row["meaning"])) for row in rows
        )
        parts.append(f"\n## `{name}`\n\n" + table(("column", "type", "needed", "values", "meaning"), lines))
    return "".join(parts)


def need(row: Row) -> str:
    """Whether a column must be there, and whether its cells may be empty."""
    if row["required"] != "yes":
        return "optional"
    return "column, cells may be empty" if row["null_allowed"] == "yes" else "column and every cell"


def values(row: Row) -> str:
    """What may stand in a cell: the unit, the list, the range, the table it points to."""
    said = [row["unit"]] if row["unit"] else []
    if row["allowed"]:
        said.append(", ".join(row["allowed"].split("|")))
    if row["minimum"] and row["maximum"]:
        said.append(f"{row['minimum']} to {row['maximum']}")
    elif row["minimum"] or row["maximum"]:
        said.append(f"at least {row['minimum']}" if row["minimum"] else f"at most {row['maximum']}")
    if row["references"]:
        said.append(f"an id of {row['references']}")
    return "; ".join(said)


def findings_page(root: Path) -> str:
    """Every code with its sentence, by severity."""
    headings = {
        "error": "Errors: nothing is worked out until they are gone",
        "warning": "Warnings: the records are usable, the world is not in order",
        "note": "Notes: what the picture is blind to",
        "refused": "Refusals: what the program will not do",
    }
    rows = read(root, FINDINGS)
    parts = [
        MADE,
        "# Findings and refusals\n\n",
        "Checking lists every finding at once, with table, row (1 is the first data row), column and value. ",
        "Words in braces are filled in.\n",
    ]
    for severity, heading in headings.items():
        lines = ((f"`{row['code']}`", cell(row["sentence"])) for row in rows if row["severity"] == severity)
        parts.append(f"\n## {heading}\n\n" + table(("code", "sentence"), lines))
    return "".join(parts)


def settings_page(root: Path) -> str:
    """Every setting with its default."""
    lines = (
        (f"`{row['key']}`", row["dtype"], f"`{row['default']}`" if row["default"] else "(empty)", cell(row["meaning"]))
        for row in read(root, SETTINGS)
    )
    return (
        MADE
        + "# Settings\n\nA setting is a row of the table `settings`: its key and its value. "
        + "What is not set has its default.\n\n"
        + table(("key", "type", "default", "meaning"), lines)
    )


def rule_data_page(root: Path) -> str:
    """Every shipped data file with its rows, its marks and its sources."""
    parts = [MADE, RULE_DATA_TEXT]
    for folder in DATA_FOLDERS:
        names = sorted(path.relative_to(root / folder).as_posix() for path in (root / folder).rglob("*.csv"))
        lines = [data_line(root, folder, name) for name in names if not name.startswith("columns/")]
        if lines:
            parts.append(f"\n## `{folder}`\n\n" + table(("file", "rows", "marks", "sources"), lines))
    return "".join(parts)


def data_line(root: Path, folder: str, name: str) -> tuple[str, str, str, str]:
    """One data file: its name, number of rows, how many rows have which mark, and its sources."""
    rows = read(root, f"{folder}/{name}")
    marks = Counter(mark for row in rows for mark in MARKS if mark in (row.get("status"), row.get("source")))
    sources = [source for source, _ in Counter(row["source"] for row in rows if row.get("source")).most_common()]
    more = f" · and {len(sources) - SOURCES_SHOWN} more" if len(sources) > SOURCES_SHOWN else ""
    return (
        f"`{name}`",
        str(len(rows)),
        ", ".join(f"{count} {mark}" for mark, count in sorted(marks.items())) or "—",
        cell(" · ".join(sources[:SOURCES_SHOWN]) + more) or "—",
    )


def commands_page(_: Path) -> str:
    """Every command with its usage and options, from the parser itself."""
    whole = parser()
    parts = [
        MADE,
        "# Commands\n\n",
        "Every command prints a progress bar on long work. What is refused is said in one clear line, and nothing is ",
        "half-written. With `--json` a refusal is an object with `error`; wrong words are a line in any case.\n\n",
        table(("exit code", "meaning"), ((f"{code:d}", told) for code, told in exits().items())),
    ]
    everywhere = [line for action in whole._actions for line in option_line(action)]
    if everywhere:
        parts.append("\n## Before any command\n\n" + table(("option", "meaning"), everywhere))
    for name, (summary, command) in commands(whole):
        usage = " ".join(["rasr", name, *filter(None, map(usage_word, command._actions))])
        parts.append(f"\n## rasr {name}\n\n{summary}\n\n```\n{usage}\n```\n\n")
        lines = [line for action in command._actions for line in option_line(action)]
        parts.append(table(("argument", "meaning"), lines) if lines else "")
    return "".join(parts)


def glossary_page(root: Path) -> str:
    """Every term by topic: what it means, and its word in each language."""
    rows = read(root, GLOSSARY)
    parts = [MADE, GLOSSARY_TEXT, "\n", review_text(rows), "\n"]
    for topic, heading in TOPICS.items():
        lines = [
            (f"**{cell(row['en'])}**", cell(meaning(row)), *(cell(row[code]) for code in LANGUAGES if code != "en"))
            for row in rows
            if row["topic"] == topic
        ]
        parts.append(f"\n## {heading}\n\n" + table(("term", "meaning", *list(LANGUAGES)[1:]), lines))
    return "".join(parts)


def meaning(row: Row) -> str:
    """The definition of a term, and where the thing is laid down."""
    return f"{row['definition']} *See {row['source']}.*" if row["source"] else row["definition"]


def review_text(rows: list[Row]) -> str:
    """How many words of each language somebody who speaks it has read."""
    lines = []
    for code, name in LANGUAGES.items():
        if code != "en":
            read_by_natives = sum(code in row["reviewed"].split() for row in rows)
            lines.append((f"`{code}`", name, str(read_by_natives), str(len(rows) - read_by_natives)))
    return (
        "A word is reviewed once somebody whose own language it is has read it; until then it is unreviewed.\n\n"
        + table(("code", "language", "reviewed", "unreviewed"), lines)
    )


def parser() -> argparse.ArgumentParser:
    """The parser of the rasr command."""
    made = import_module("rasr.cli.main").build_parser()
    assert isinstance(made, argparse.ArgumentParser)
    return made


def exits() -> dict[int, str]:
    """What each exit code of the rasr command means."""
    found: dict[int, str] = import_module("rasr.cli.parser").EXITS
    return found


def commands(whole: argparse.ArgumentParser) -> Iterator[tuple[str, tuple[str, argparse.ArgumentParser]]]:
    """Name, summary and parser of every command. argparse has no public way to list them."""
    for action in whole._actions:
        if isinstance(action, argparse._SubParsersAction):
            said = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, command in action.choices.items():
                yield name, (command.description or said.get(name, ""), command)


def usage_word(action: argparse.Action) -> str:
    """How an argument stands in the usage line; empty for help."""
    if isinstance(action, argparse._HelpAction) or action.help == argparse.SUPPRESS:
        return ""
    word = value_word(action)
    if action.option_strings:
        word = f"{action.option_strings[-1]} {word}".strip()
    return word if action.required else f"[{word}]"


def value_word(action: argparse.Action) -> str:
    """How the value of an argument is written; empty for a flag."""
    if action.nargs == 0:
        return ""
    if action.choices is not None:
        return "{" + ",".join(map(str, action.choices)) + "}"
    if isinstance(action.metavar, str):
        return action.metavar
    return action.dest.upper() if action.option_strings else action.dest


def option_line(action: argparse.Action) -> Iterator[tuple[str, str]]:
    """One line of the table of arguments: how it is written and what it means."""
    skipped = isinstance(action, argparse._HelpAction | argparse._SubParsersAction) or action.help == argparse.SUPPRESS
    if not skipped:
        word = value_word(action)
        written = " ".join([", ".join(action.option_strings), word]).strip()
        # argparse doubles the per cent sign.
        yield f"`{cell(written)}`", cell((action.help or "").replace("%%", "%"))


def movements_page(_: Path) -> str:
    """Every kind of movement and what holds of it, from the law itself."""
    law = import_module("rasr.core.records.ledger.kinds")
    named = {"is_use": "a ban", "needs_declared_surplus": "not declared surplus"}
    lines = []
    for code, kind in law.KINDS.items():
        flows: dict[str, list[str]] = {}
        for origin, target in sorted(kind.flows):
            flows.setdefault(target, []).append(origin)
        ways = "; ".join(f"{', '.join(origins)} → {target}" for target, origins in sorted(flows.items()))
        stops = [words for name, words in named.items() if getattr(kind, name) and kind.is_order]
        right = "judge_stock" if kind.is_judgement else "keep_stock"
        second = "yes" if kind.needs_second_person else "to let a rule pass" if kind.is_order else ""
        lines.append((f"`{code}`", ways, "order" if kind.is_order else "record", right, second, ", ".join(stops)))
    heads = ("kind", "from → to", "is", "right", "second person", "stopped by")
    return MADE + MOVEMENTS_TEXT + table(heads, lines)


def questions_page(root: Path) -> str:
    """Every question of the security assessment by heading, and the sets it stands in."""
    sets, rows = (read(root, f"{SECURITY}/{name}.csv") for name in ("sets", "questions"))
    letters = {row["set_id"]: letter for row, letter in zip(sets, "ABCDEF", strict=True)}
    counts = (
        (
            *(letters[item["set_id"]], item["name"], f"`{item['set_id']}`", item["version"]),
            str(sum(item["set_id"] in row["sets"].split("|") for row in rows)),
        )
        for item in sets
    )
    parts = [MADE, QUESTIONS_TEXT, "\n", table(("", "set", "id", "version", "questions"), counts)]
    for heading in read(root, f"{SECURITY}/headings.csv"):
        lines = (
            (row["question_id"], cell(row["text"]), "".join(letters[name] for name in row["sets"].split("|")),
             row["level"] + (" (read)" if row["level_status"] == "secondary" else ""),
             row["module"], row["clause"] or "–")
            for row in rows if row["heading"] == heading["heading"]
        )  # fmt: skip
        parts.append(f"\n## {heading['name']}\n\n")
        parts.append(table(("id", "question", "sets", "level", "module", "clause"), lines))
    return "".join(parts)


def programme_page(root: Path) -> str:
    """The published programme of storages and evidence rooms: what is stated beside what its items add up to."""
    import polars as pl  # slow to load, and for this page only

    beside = import_module("rasr.core.assessment.security.programme").beside
    items, stated = (pl.read_csv(root / f"{PROGRAMME}/{name}.csv") for name in ("items", "stated"))
    kinds = stated["what"].to_list()
    counts = {(row["jurisdiction"], row["what"]): row["count"] for row in items.to_dicts()}
    places = items["jurisdiction"].unique(maintain_order=True)
    by_place = ((cell(place), *(str(counts[place, kind]) for kind in kinds)) for place in places)
    totals = (
        (
            row["what"],
            str(row["stated"]),
            str(row["computed"]),
            str(row["difference"]) if row["difference"] else "0: agrees",
        )
        for row in beside(items, stated).to_dicts()
    )
    sources = ((f"`{row['file']}`", row["column"], cell(row["source"]), row["status"], cell(row["note"]))
               for row in read(root, f"{PROGRAMME}/SOURCES.csv"))  # fmt: skip
    return "".join(
        [
            MADE,
            PROGRAMME_TEXT,
            "\n## Stated and computed, side by side\n\n",
            table(("what", "stated", "sum of the items", "difference"), totals),
            PROGRAMME_DIFFERS,
            "\n## The items, by capital\n\n",
            table(("jurisdiction", *kinds), by_place),
            "\n\\* in the context of UNSCR 1244 (1999)\n\n## Sources\n\n",
            table(("file", "column", "source", "status", "note"), sources),
        ]
    )


PAGES: dict[str, Callable[[Path], str]] = {
    "docs/rules/columns.md": columns_page,
    "docs/rules/findings.md": findings_page,
    "docs/rules/settings.md": settings_page,
    "docs/rules/rule-data.md": rule_data_page,
    "docs/rules/movements.md": movements_page,
    "docs/guide/commands.md": commands_page,
    "docs/guide/upgrade-programme.md": programme_page,
    "docs/rules/security-questions.md": questions_page,
    "docs/glossary/index.md": glossary_page,
}


def stale(root: Path) -> list[str]:
    """Pages that are missing or differ from what their data gives now."""
    return [
        page for page, make in PAGES.items() if not (root / page).is_file() or (root / page).read_text() != make(root)
    ]


def main() -> int:
    """Writes every page, or with --check names those that are not current."""
    options = argparse.ArgumentParser(description=main.__doc__)
    options.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a page is not current")
    pages = stale(ROOT)
    if options.parse_args().check:
        print("\n".join(f"{page} is not current: run `make docs`" for page in pages))
        return 1 if pages else 0
    for page in pages:
        (ROOT / page).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / page).write_text(PAGES[page](ROOT))
        print(f"wrote {page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
