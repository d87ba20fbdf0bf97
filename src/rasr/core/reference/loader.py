"""The one loader of rule data: contracts, sentences, settings and published tables, all CSV beside this file.

A user's own folder of files with the same names may stand in front of the shipped ones (``use_folder``);
the rule edition then changes with it, so that a result always says which data it stands on.

>>> contract("stock").key
'stock_id'
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from rasr.core.basis.contract import DTYPES, Column, Contract
from rasr.core.basis.findings import Finding, Number, Refused
from rasr.core.basis.seal import digest_bytes
from rasr.core.reference.own import hold_to_shipped

SHIPPED = Path(__file__).parent
TABLES = (
    "jurisdictions organisations sites stores licences articles stock exposures requirements lines line_rates "
    "routes permits funds earmarks exchange_rates settings pools danger_curves"
).split()
"""Tables of a region, in the order in which people read them."""
SECURITY_TABLES = "answers works work_effects losses".split()
"""Tables of the security package, which never travels in one file with positions."""
REQUIRED_TABLES = "jurisdictions organisations sites stores articles stock".split()
_own: list[Path] = []


def use_folder(folder: Path | None) -> None:
    """Let files of this folder stand in front of the shipped ones; None puts the shipped ones back.

    Raises Refused: missing_file, unknown_rule for a file of another name, unreadable_file for one that cannot stand in.
    """
    if folder is not None:
        if not folder.is_dir():
            raise Refused("missing_file", path=str(folder))
        for file in sorted(folder.rglob("*.csv")):
            hold_to_shipped(file, file.relative_to(folder).as_posix(), SHIPPED)
    _own[:] = [folder] if folder else []
    for cached in (contract, rows, frame, sentences, settings_contract, edition):
        cached.cache_clear()


def _find(name: str) -> Path:
    for folder in _own:
        if (folder / name).is_file():
            return folder / name
    return SHIPPED / name


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Rows of the rule file ``name`` (for example ``explosives/event_frequency.csv``), every value as text."""
    with _find(name).open(encoding="utf-8-sig", newline="") as handle:
        return tuple(csv.DictReader(handle))


@cache
def frame(name: str) -> pl.DataFrame:
    """The rule file ``name`` as a frame with inferred dtypes."""
    return pl.read_csv(_find(name), infer_schema_length=None)


@cache
def contract(table: str) -> Contract:
    """The column contract of one table of the region."""
    return Contract(table, tuple(_column(row) for row in rows(f"columns/{table}.csv")))


def _column(row: dict[str, str]) -> Column:
    return Column(
        name=row["column"],
        dtype=DTYPES[row["dtype"]],
        unit=row["unit"],
        required=row["required"] == "yes",
        null_allowed=row["null_allowed"] == "yes",
        allowed=tuple(row["allowed"].split("|")) if row["allowed"] else (),
        minimum=float(row["minimum"]) if row["minimum"] else None,
        maximum=float(row["maximum"]) if row["maximum"] else None,
        references=row["references"],
        meaning=row["meaning"],
    )


@dataclass(frozen=True)
class Sentence:
    """What a code means in English, and how grave it is (error, warning, note or refused)."""

    code: str
    severity: str
    text: str


@cache
def sentences() -> dict[str, Sentence]:
    """Every code with its sentence."""
    return {row["code"]: Sentence(row["code"], row["severity"], row["sentence"]) for row in rows("findings.csv")}


def say(code: str, numbers: dict[str, Number]) -> str:
    """The English sentence of a code, with its numbers in place."""
    return sentences()[code].text.format(**numbers)


def say_finding(finding: Finding) -> str:
    """The English sentence of a finding: what is wrong and what to do."""
    named: dict[str, Number] = {"table": finding.table, "column": finding.column, "value": finding.value}
    return say(finding.code, {**named, **finding.numbers})


@cache
def settings_contract() -> dict[str, dict[str, str]]:
    """Every setting: key to its dtype, default and meaning."""
    return {row["key"]: row for row in rows("settings.csv")}


@cache
def edition() -> str:
    """Edition of the rule data: its date and the first digits of the digest over every file in force."""
    names = sorted(str(path.relative_to(SHIPPED)) for path in SHIPPED.rglob("*.csv"))
    digest = digest_bytes(part for name in names for part in (name.encode(), _find(name).read_bytes()))
    return f"2026.11+{digest[:8]}"
