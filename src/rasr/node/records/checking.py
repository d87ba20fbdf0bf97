"""What is wrong with a workbook, and what each way of posting it would do; nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import polars as pl
from django.utils import timezone

from rasr.core.basis.findings import Finding
from rasr.core.records.region import Region
from rasr.node.people.models import User
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Store
from rasr.node.records import bridge, comparing, staging
from rasr.node.records.catalogue import queries as catalogue
from rasr.node.records.choices import Loading
from rasr.node.records.comparing import STOCK, Frames
from rasr.node.records.counts.services import RIGHT as KEEP
from rasr.node.records.load import Progress, refuse_long_keys
from rasr.node.records.models import Register
from rasr.node.web.plain import plain

GRAVEST_FIRST = ("error", "warning", "note")
LONGEST_VALUE = 500
MOST_COMPARED = 2000
"""New articles of one workbook that are compared with the catalogue: each is compared with every other."""


@dataclass(frozen=True)
class Moment:
    """The register at one moment. line: the last one of the ledger."""

    tables: Frames
    given: tuple[str, ...]
    version: int
    line: int


@dataclass(frozen=True)
class Checked:
    """What was found. lines: what each way of posting would post (``staging.LINES``), none where there are errors.

    differences: as ``Upload.differences`` keeps them.
    """

    findings: list[Finding]
    part_only: bool
    version: int
    lines: dict[str, pl.DataFrame]
    differences: dict[str, Any]

    def state(self, most: int) -> dict[str, Any]:
        """As an upload keeps it. most: findings that are kept, the gravest first."""
        counts = Counter[str](finding.severity for finding in self.findings)
        return {
            "findings": [plain(asdict(finding)) for finding in _gravest(self.findings, most)],
            "counts": {severity: counts[severity] for severity in GRAVEST_FIRST},
            "part_only": self.part_only,
            "differences": self.differences,
            "register_version": self.version,
        }


def check(actor: User, region: Region, progress: Progress) -> Checked:
    """Every finding of a region; without errors also what posting it would do. Raises Refused: text_too_long."""
    refuse_long_keys(region)
    findings, part_only = comparing.findings_of(region), False
    progress("comparing", 0.0)
    now = moment()
    together = comparing.together(now.tables, now.given, region)
    if now.given:
        against = comparing.findings_of(together)
        if errors(against) < errors(findings) or _lacks_tables(findings):
            findings, part_only = against, True
    if errors(findings):
        return Checked(findings, part_only, now.version, {}, {})
    lines, ways = _ways(actor, region, together, now, part_only=part_only)
    differences: dict[str, Any] = {
        "whole": asdict(comparing.preview_of(now.tables, region)),
        "part": asdict(comparing.preview_of(now.tables, together)),
        "ways": ways,
        "line": now.line,
        "at": timezone.now().isoformat(),
        **alike(actor, now.tables, region),
    }
    return Checked(findings, part_only, now.version, lines, differences)


def moment() -> Moment:
    """The register and its last line, of one moment. Raises bridge.RegisterMovesError."""
    for _ in range(bridge.MOST_READS):
        tables, (version, given) = bridge.read_moment()
        line = Register.objects.filter(version=version).values_list("last_line", flat=True).first()
        if line is not None or version == 0:
            return Moment(tables, given, version, line or 0)
    raise bridge.RegisterMovesError


def errors(findings: list[Finding]) -> int:
    """How many bar it."""
    return sum(finding.severity == "error" for finding in findings)


def _lacks_tables(findings: list[Finding]) -> bool:
    """Whether a file cannot be a whole register; its rows are then judged within the one that is there."""
    return any(finding.code == "missing_table" and finding.severity == "error" for finding in findings)


def _ways(
    actor: User, region: Region, together: Region, now: Moment, *, part_only: bool
) -> tuple[dict[str, pl.DataFrame], dict[str, Any]]:
    """The lines of each way that is open, and what is told of them. Opening balances that would break the register are
    told by the number of errors alone.
    """
    given = region.table(STOCK)
    change = comparing.change_of(STOCK, now.tables[STOCK], together.table(STOCK))
    lines = {Loading.PART.value: staging.moves(change, given)}
    if not part_only:
        whole = comparing.change_of(STOCK, now.tables[STOCK], given)
        alone = whole.gone.is_empty() and whole.rows.height == change.rows.height
        lines[Loading.WHOLE.value] = lines[Loading.PART.value] if alone else staging.moves(whole, given)
    told: dict[str, Any] = {}
    if now.given and not given.is_empty():
        opening = staging.opening(now.tables, region)
        target = comparing.together(now.tables, now.given, opening.region) if opening.narrowed else together
        bars = errors(comparing.findings_of(target)) if opening.narrowed else 0
        if bars:
            told[Loading.OPENING.value] = {"errors": bars}
        else:
            lines[Loading.OPENING.value] = opening.lines
        stores = _stores(actor, given)
        if stores:
            lines[Loading.COUNT.value] = staging.counted(now.tables[STOCK], given, stores)
    told |= {way: staging.summary(some) for way, some in lines.items()}
    if Loading.COUNT in told:
        held = lines[Loading.COUNT.value].filter(pl.col("batch_id").is_not_null() & pl.col("before").ne_missing(0))
        told[Loading.COUNT.value]["stocked"] = held["store_id"].unique().sort().to_list()
    return lines, told


def _stores(actor: User, given: pl.DataFrame) -> list[str]:
    """The stores of a file in which somebody keeps stock."""
    named = given["store_id"].unique().to_list()
    mine = Store.objects.filter(scope_of(actor, KEEP).stores(), pk__in=named, closed=False)
    return list(mine.values_list("pk", flat=True))


def alike(actor: User, before: Frames, region: Region) -> dict[str, Any]:
    """New articles of a file that may be the same as others: alike, the likeliest first; too_many: so many are new that
    they were not compared.
    """
    new = region.table("articles").join(before["articles"].select("article_id"), on="article_id", how="anti")
    if new.height > MOST_COMPARED:
        return {"alike": [], "too_many": new.height}
    named = dict(new.select("article_id", "name").iter_rows())
    pairs = catalogue.proposed(actor, named, dict(new.select("article_id", "unit").iter_rows())) if named else []
    every = dict(before["articles"].select("article_id", "name").iter_rows()) | named

    def told(key: str) -> dict[str, Any]:
        return {"article_id": key, "name": every[key], "new": key in named}

    return {
        "alike": [{"one": told(pair.one), "other": told(pair.other), "score": pair.score} for pair in pairs],
        "too_many": 0,
    }


def _gravest(findings: list[Finding], most: int) -> Iterator[Finding]:
    """The gravest first, cut at the limit."""
    ordered = sorted(findings, key=lambda finding: GRAVEST_FIRST.index(finding.severity))
    return (replace(finding, value=finding.value[:LONGEST_VALUE]) for finding in ordered[:most])
