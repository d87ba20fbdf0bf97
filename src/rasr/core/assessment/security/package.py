"""The security package: answers, works, work_effects and losses, in a sealed file of its own, without any position.

The file is an archive of one CSV per table and ``package.json`` (format, tables), sealed with a passphrase
(``basis.seal``: AES-256-GCM in chunks, key by scrypt), so that a change, a cut and a wrong passphrase are found. It
never holds a table of the region, nor a column that could hold a position: such a package is neither written nor read.
A text that seems to hold one (``positions``) is a fault of what was read, and is not written.

>>> package = Package.from_frames({"losses": pl.DataFrame({"loss_id": ["L1"], "latitude": [41.3]})})
Traceback (most recent call last):
    ...
rasr.core.basis.findings.Refused: package_with_positions {'table': 'losses', 'column': 'latitude'}
"""

from __future__ import annotations

import io
import json
import lzma
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

import polars as pl

from rasr.core.assessment.security import positions
from rasr.core.assessment.security.answers import PLACE
from rasr.core.assessment.security.questions import Question, fulfilments, question_set
from rasr.core.assessment.security.works import cost_faults
from rasr.core.basis.contract import Column
from rasr.core.basis.findings import Finding, Number, Refused
from rasr.core.basis.seal import STRENGTH, BrokenError, Opener, Sealer, digest_tables
from rasr.core.records.door import admit
from rasr.core.reference import loader

TABLES = tuple(loader.SECURITY_TABLES)
FORMAT = 1
ABOUT = "package.json"
LEAST_PASSPHRASE = 12
"""Characters of a passphrase; assumed."""
MOST_MB = 200
"""Of the archive, and of all its tables unpacked; photographs are not in it, only their ids."""
KEYS = {"answers": ("visit_id", "site_id", "store_id", "question_id"), "work_effects": ("work_id", "question_id")}
"""What must be unique where a table has no id of its own."""


@dataclass(frozen=True)
class Package:
    """The tables, typed by contract, empty where they were not given; given; and the faults found at the door."""

    tables: Mapping[str, pl.DataFrame] = field(repr=False)
    given: frozenset[str] = frozenset()
    door: tuple[Finding, ...] = ()

    @classmethod
    def from_frames(cls, frames: Mapping[str, pl.DataFrame]) -> Package:
        """A package of frames by table name, any subset of ``TABLES``, text or typed.

        Raises Refused: package_with_positions for a column that could hold a position, or a table of a region.
        """
        for name, frame in frames.items():
            _refuse_positions(name, frame)
        strangers = [Finding("unknown_table", "warning", value=name) for name in frames if name not in TABLES]
        admitted = {name: admit(name, frames[name]) for name in TABLES if name in frames}
        tables = {name: admitted[name].frame if name in admitted else loader.contract(name).empty() for name in TABLES}
        faults = [fault for name in TABLES if name in admitted for fault in admitted[name].findings]
        return cls(tables, frozenset(admitted), (*strangers, *faults))

    def table(self, name: str) -> pl.DataFrame:
        """One table."""
        return self.tables[name]

    def digest(self) -> str:
        """Digest of every table."""
        return digest_tables(self.tables)

    def check(self, region: Mapping[str, pl.DataFrame] | None = None) -> list[Finding]:
        """Every fault at once. region: tables sites and stores, where it is to be held to those, too."""
        return [*self.door, *check(self.tables, region or {})]


def write(package: Package, out: BinaryIO, passphrase: str, *, strength: int = STRENGTH) -> None:
    """Write a package sealed. Raises Refused: weak_passphrase, package_with_positions, texts_with_positions."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise Refused("weak_passphrase", least=LEAST_PASSPHRASE)
    given = [name for name in TABLES if name in package.given]
    for name in given:
        _refuse_positions(name, package.tables[name])
    found = [fault for name in given for fault in _of_texts(name, package.tables[name])]
    if found:
        first = found[0]
        where: dict[str, Number] = {"table": first.table, "row": first.row or 0, "column": first.column}
        raise Refused("texts_with_positions", faults=len(found), **where)
    with Sealer(out, passphrase, strength=strength) as sealed:
        sealed.write(_archive({name: package.tables[name] for name in given}))


def read(source: BinaryIO, passphrase: str) -> Package:
    """A package of a sealed file, with its faults for ``check``.

    Raises Refused: package_unreadable (no such file, changed or cut), package_passphrase, package_version, too_large,
    package_with_positions.
    """
    try:
        frames = _frames(_at_most(Opener(source, passphrase)))
    except BrokenError as fault:
        raise Refused(_CODES[fault.kind]) from None
    except _NO_ARCHIVE:
        raise Refused("package_unreadable") from None
    return Package.from_frames(frames)


_CODES = {
    "foreign": "package_unreadable",
    "version": "package_version",
    "passphrase": "package_passphrase",
    "damaged": "package_unreadable",
}
# RuntimeError: a part is locked, or packed in a way that is not known; the others: it is not what it says it is
_NO_ARCHIVE = (
    *(zipfile.BadZipFile, RuntimeError, zlib.error, lzma.LZMAError, EOFError, OSError),
    *(ValueError, KeyError, TypeError, pl.exceptions.PolarsError, pl.exceptions.PanicException),
)


def _archive(tables: Mapping[str, pl.DataFrame]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(ABOUT, json.dumps({"format": FORMAT, "tables": list(tables)}))
        for name, frame in tables.items():
            archive.writestr(f"{name}.csv", frame.write_csv())
    return made.getvalue()


def _at_most(opened: Opener) -> bytes:
    plain = bytearray()
    while part := opened.read(1024 * 1024):
        plain += part
        if len(plain) > MOST_MB * 2**20:
            raise Refused("too_large", path="The package", size_mb=len(plain) // 2**20, limit_mb=MOST_MB)
    return bytes(plain)


def _frames(plain: bytes) -> dict[str, pl.DataFrame]:
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        size_mb = sum(entry.file_size for entry in archive.infolist()) / 2**20
        if size_mb > MOST_MB:
            raise Refused("too_large", path="The package", size_mb=round(size_mb), limit_mb=MOST_MB)
        about = json.loads(archive.read(ABOUT))
        if about["format"] != FORMAT:
            raise BrokenError("version")
        names = [name.removesuffix(".csv") for name in archive.namelist() if name.endswith(".csv")]
        return {name: pl.read_csv(archive.read(f"{name}.csv"), infer_schema=False) for name in names}


def _refuse_positions(name: str, frame: pl.DataFrame) -> None:
    if name in loader.TABLES:
        raise Refused("package_with_positions", table=name, column="*")
    for column in frame.columns:
        if positions.in_column(column):
            raise Refused("package_with_positions", table=name, column=column)


# What the tables hold.


def check(tables: Mapping[str, pl.DataFrame], region: Mapping[str, pl.DataFrame]) -> list[Finding]:
    """Every fault of the tables: cells, ids, answers beside their questions, costs, positions in texts."""
    found: list[Finding] = []
    for name in TABLES:
        frame = tables[name]
        for column in loader.contract(name).columns:
            found += _of_cells(name, frame[column.name], column)
        found += _of_texts(name, frame)
        found += _of_ids(name, frame, {**region, "works": tables["works"]})
    found += [*_of_questions(tables), *cost_faults(tables["works"]), *_of_losses(tables["losses"])]
    return [*found, *_of_works(tables["works"], tables["answers"])]


def _of_cells(table: str, values: pl.Series, column: Column) -> Iterator[Finding]:
    if not column.null_allowed:
        yield from _found("empty_cell", table, values.is_null(), column.name)
    if column.allowed:
        strange = ~values.is_in(list(column.allowed))
        yield from _found("value_not_allowed", table, strange, column.name, values, allowed=", ".join(column.allowed))
    if column.minimum is not None:
        limits: dict[str, Number] = {"minimum": f"{column.minimum:g}", "maximum": "any number", "unit": column.unit}
        yield from _found("value_out_of_range", table, values < column.minimum, column.name, values, **limits)


def _of_texts(table: str, frame: pl.DataFrame) -> Iterator[Finding]:
    for name, values in frame.to_dict().items():
        if values.dtype == pl.String:
            yield from _found("position_in_text", table, positions.in_text(values), name)


def _of_ids(table: str, frame: pl.DataFrame, others: Mapping[str, pl.DataFrame]) -> Iterator[Finding]:
    contract = loader.contract(table)
    keys = [contract.key] if contract.key else list(KEYS[table])
    rows = frame.select(keys).with_row_index("at", 1).with_columns(first=pl.col("at").first().over(keys))
    for at, first, value in rows.filter(pl.col("at") > pl.col("first")).select("at", "first", keys[-1]).iter_rows():
        yield Finding("duplicate_id", "error", table, at, keys[-1], str(value), {"first_row": first})
    for column in contract.columns:
        if column.references in others:
            known = others[column.references].to_series(0).drop_nulls().to_list()
            strange = ~frame[column.name].is_in(known)
            yield from _found("unknown_id", table, strange, column.name, frame[column.name], target=column.references)
    if "store_id" in frame.columns and "stores" in others:
        site_of = dict(others["stores"].select("store_id", "site_id").iter_rows())
        for at, (site, store) in enumerate(frame.select(PLACE).iter_rows(), 1):
            if store in site_of and site != site_of[store]:
                yield Finding("store_of_another_site", "error", table, at, "store_id", store, {"site": str(site)})


def _of_questions(tables: Mapping[str, pl.DataFrame]) -> Iterator[Finding]:
    scales = {scale: list(answers) for scale, answers in fulfilments().items()}
    newest = {row["set_id"]: int(row["version"]) for row in loader.rows("security/sets.csv")}
    sets: dict[tuple[str, int], dict[str, Question]] = {}
    columns = ("set_id", "set_version", "question_id", "answer")
    for at, (set_id, version, question, answer) in enumerate(tables["answers"].select(columns).iter_rows(), 1):
        if set_id not in newest or version is None or version < 1:
            continue  # found as cells already
        if version > newest[set_id]:
            named: dict[str, Number] = {"target": "sets"}
            yield Finding("unknown_id", "error", "answers", at, "set_version", str(version), named)
            continue
        if (set_id, version) not in sets:
            sets[set_id, version] = question_set(set_id, version).by_id
        asked = sets[set_id, version]
        if question not in asked:
            where = {"target": f"{set_id} {version}"}
            yield Finding("unknown_id", "error", "answers", at, "question_id", str(question), where)
        else:
            yield from _off_scale("answers", at, question, answer, scales[asked[question].scale])
    scale_of = {row["question_id"]: row["scale"] for row in loader.rows("security/questions.csv")}
    for at, (question, answer) in enumerate(tables["work_effects"].select("question_id", "answer").iter_rows(), 1):
        if question in scale_of:
            yield from _off_scale("work_effects", at, question, answer, scales[scale_of[question]])
        elif question is not None:
            yield Finding("unknown_id", "error", "work_effects", at, "question_id", question, {"target": "questions"})


def _off_scale(table: str, at: int, question: str, answer: str | None, scale: list[str]) -> Iterator[Finding]:
    if answer is not None and answer not in scale:
        said: dict[str, Number] = {"question": question, "allowed": ", ".join(scale)}
        yield Finding("answer_out_of_scale", "error", table, at, "answer", answer, said)


def _of_works(works: pl.DataFrame, answers: pl.DataFrame) -> Iterator[Finding]:
    """Works at a store without answers of its own, where there are answers at all."""
    assessed = set(answers.select(PLACE).iter_rows())
    for at, (work, site, store) in enumerate(works.select("work_id", *PLACE).iter_rows(), 1):
        if assessed and store is not None and (site, store) not in assessed:
            said: dict[str, Number] = {"work": work}
            yield Finding("work_at_store_without_answers", "warning", "works", at, "store_id", store, said)


def _of_losses(losses: pl.DataFrame) -> Iterator[Finding]:
    for at, (pieces, found) in enumerate(losses.select("pieces", "recovered_pieces").iter_rows(), 1):
        if pieces is not None and found is not None and found > pieces:
            said: dict[str, Number] = {"pieces": pieces}
            yield Finding("recovered_more_than_lost", "error", "losses", at, "recovered_pieces", str(found), said)


def _found(
    code: str, table: str, faults: pl.Series, column: str, values: pl.Series | None = None, **numbers: Number
) -> Iterator[Finding]:
    for at in faults.fill_null(value=False).arg_true():
        shown = "" if values is None else str(values[at])
        yield Finding(code, "error", table, at + 1, column, shown, numbers)
