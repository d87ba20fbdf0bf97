"""Between the sealed body of a visit and the core's frame ``answers``; what is wrong with answers before they are kept.

{"answers": [{"store_id", "question_id", "answer", "answered_on", "note", "photographs"}],
 "said": [the same, with "by" and "at"], "settled": [{"question_id", "answers", "chosen", "why", "by", "at"}],
 "reasons": [{"act", "why", "by", "at"}]}
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import polars as pl

from rasr.core.assessment.security import answers as core
from rasr.core.assessment.security.package import Package
from rasr.core.basis.findings import Finding
from rasr.node.assessment.models import SecurityVisit
from rasr.node.assessment.security import sealed
from rasr.node.places.models import Store

COLUMNS = ("store_id", "question_id", "answer", "answered_on", "note", "photographs")
LONGEST_NOTE = 2_000
Row = dict[str, Any]
Key = tuple[str | None, str]


@dataclass
class Body:
    """What a visit holds. answers: one row to a question, several where they differ; said: all that was ever sent in;
    settled: conflicts that a person decided, with the reason; reasons: why it was opened again, or withdrawn."""

    answers: list[Row] = field(default_factory=list)
    said: list[Row] = field(default_factory=list)
    settled: list[Row] = field(default_factory=list)
    reasons: list[Row] = field(default_factory=list)

    def by_key(self) -> dict[Key, list[Row]]:
        """Rows of answers by store (None: the site) and question."""
        found: dict[Key, list[Row]] = {}
        for row in self.answers:
            found.setdefault(key_of(row), []).append(row)
        return found


def key_of(row: Row) -> Key:
    """What an answer is about: store (None: the site), and question."""
    return row["store_id"], row["question_id"]


def opened(visit: SecurityVisit) -> Body:
    """The body of a visit. Raises Refused: security_unreadable."""
    return Body(**json.loads(sealed.open_visit(visit.pk, visit.body)))


def closed(visit_id: UUID, body: Body) -> str:
    """A body as it is kept."""
    return sealed.seal_visit(visit_id, json.dumps(asdict(body), ensure_ascii=False))


def stamp(rows: Sequence[Row]) -> str:
    """What tells whether a question still stands as somebody saw it; empty for one that has no answer."""
    if not rows:
        return ""
    told = sorted(json.dumps([row["answer"], row["note"], row["photographs"]]) for row in rows)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def frame(visits: Iterable[tuple[SecurityVisit, Sequence[Row]]]) -> pl.DataFrame:
    """Rows of visits as the core takes them."""
    rows = [
        (str(visit.pk), visit.site_id, visit.set_id, visit.set_version, *(row[name] for name in COLUMNS))
        for visit, answers in visits
        for row in answers
    ]
    names = ("visit_id", "site_id", "set_id", "set_version", *COLUMNS)
    schema = {name: pl.Int64 if name == "set_version" else pl.String for name in names}
    read = pl.DataFrame(rows, schema=schema, orient="row")
    return core.answers_frame(read.with_columns(pl.col("answered_on").str.to_date("%Y-%m-%d")))


def rows_of(answers: pl.DataFrame) -> list[Row]:
    """Rows of a frame of one visit, as its body keeps them."""
    told = answers.select(COLUMNS).with_columns(pl.col("answered_on").dt.strftime("%Y-%m-%d"))
    return list(told.iter_rows(named=True))


def faults(visit: SecurityVisit, given: Sequence[Row], photographs: set[str], today: date) -> list[Finding]:
    """Every fault of answers that are to be kept, at once; rows count from 1, as they were given."""
    stores = list(Store.objects.filter(site_id=visit.site_id).values_list("pk", "site_id"))
    region = {
        "sites": pl.DataFrame({"site_id": [visit.site_id]}),
        "stores": pl.DataFrame(stores, schema={"store_id": pl.String, "site_id": pl.String}, orient="row"),
    }
    found = Package.from_frames({"answers": frame([(visit, given)])}).check(region)
    for at, row in enumerate(given, 1):
        if row["note"] and len(row["note"]) > LONGEST_NOTE:
            found.append(Finding("rule_text_too_long", "error", "answers", at, "note", "", {"limit": LONGEST_NOTE}))
        for photo_id in (row["photographs"] or "").split("|"):
            if photo_id and photo_id not in photographs:
                target = {"target": "photographs"}
                found.append(Finding("unknown_id", "error", "answers", at, "photographs", photo_id, target))
        if row["answered_on"] > today.isoformat():
            as_of = {"as_of": today.isoformat()}
            found.append(Finding("date_in_future", "error", "answers", at, "answered_on", row["answered_on"], as_of))
    return sorted((one for one in found if one.severity == "error"), key=lambda one: one.row or 0)


def merged(visit: SecurityVisit, there: Sequence[Row], given: Sequence[Row]) -> list[Row]:
    """What was answered, by the union of the core: what differs stays, as a conflict."""
    return rows_of(core.merge(frame([(visit, there)]), frame([(visit, given)])))


def conflicts(body: Body) -> list[Key]:
    """Questions with more than one answer."""
    return [key for key, rows in body.by_key().items() if len({row["answer"] for row in rows}) > 1]


def settled(visit: SecurityVisit, body: Body, key: Key, answer: str) -> list[Row]:
    """The answers with one conflict decided. Raises Refused: no_conflict."""
    store_id, question_id = key
    return rows_of(core.settle(frame([(visit, body.answers)]), visit.site_id, question_id, answer, store_id))
