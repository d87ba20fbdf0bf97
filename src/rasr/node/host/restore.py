"""Restoring a backup (``host.backup``) into an empty node: all of it, in one transaction, or nothing."""

from __future__ import annotations

import hashlib
import json
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DatabaseError, OperationalError, connection, models, transaction
from django.utils import timezone

from rasr import __version__
from rasr.core.basis.findings import Refused
from rasr.core.basis.seal import BrokenError, Opener
from rasr.node.host import queries
from rasr.node.host.backup import (
    END,
    FORMAT,
    HEAD,
    LOG_KEY,
    ROWS_AT_ONCE,
    Progress,
    columns_of,
    head_of,
    kept_models,
)
from rasr.node.host.home import unreachable
from rasr.node.host.models import NodeState
from rasr.node.people import log_key, sequencer, trail

BORN = {"records.Register", "host.NodeState"}
"""Models of which an empty node may have a row: there is one at most, and the backup's takes its place."""
PART_LIMIT_BYTES = 1_500_000_000
"""A part holds ``PART_BYTES`` and one row more, which may be a whole table of a run, kept as a file; assumed."""
UNLIKE_OURS = (ValueError, TypeError, KeyError, RecursionError, tarfile.TarError, zlib.error, EOFError)
"""What reading raises where somebody sealed what we never write."""
_CODES = {
    "foreign": "backup_foreign",
    "version": "backup_version",
    "passphrase": "backup_passphrase",
    "damaged": "backup_damaged",
}
Model = type[models.Model]


def restore_backup(path: Path, passphrase: str, progress: Progress, *, training: bool = False) -> dict[str, int]:
    """Put every row of the backup into this node, which must be empty; the number of rows by table.

    training: mark the node as a training copy, for good; a backup of a training copy always gives one. Nobody is signed
    in afterwards. Raises Refused, and then nothing was changed: backup_missing, unreadable_file, node_not_empty,
    backup_foreign, backup_version, backup_passphrase, backup_damaged, database_unreachable.
    """
    tables = {model._meta.label_lower: model for model in kept_models()}
    try:
        with path.open("rb") as file, transaction.atomic():
            restoring = _Restoring(tables, progress, str(path))
            counts = restoring.read(Opener(file, passphrase))
            if training:
                NodeState.objects.update_or_create(id=NodeState.SINGLE, defaults={"training": True})
            connection.check_constraints()
            _take_up_log(restoring.log_key)
            told = {"rows": sum(counts.values()), "tables": len(counts), "training": training}
            trail.record(actor=None, act="node.restore", after=told)
    except BrokenError as broken:
        raise Refused(_CODES[broken.kind], path=str(path), found="a later format", expected=__version__) from broken
    except FileNotFoundError:
        raise Refused("backup_missing", path=str(path)) from None
    except OSError as fault:
        raise Refused("unreadable_file", path=str(path), reason=fault.strerror or str(fault)) from fault
    except OperationalError as fault:
        raise unreachable(fault) from fault
    except (*UNLIKE_OURS, DatabaseError, ValidationError) as fault:
        # The bytes are proved to be those that were sealed, so whoever sealed them wrote them otherwise than we do.
        raise Refused("backup_damaged", path=str(path)) from fault
    queries.forget()
    return counts


@dataclass
class _Seen:
    """What was read of a table so far."""

    rows: int = 0
    digest: Any = field(default_factory=hashlib.sha256)


class _Restoring:
    """One backup on its way into the database, inside the caller's transaction."""

    def __init__(self, tables: dict[str, Model], progress: Progress, path: str) -> None:
        self._tables, self._progress, self._path = tables, progress, path
        self._seen = {label: _Seen() for label in tables}
        self.log_key = b""

    def read(self, opened: Opener) -> dict[str, int]:
        """Every part in its order; the rows by table."""
        with tarfile.open(fileobj=cast(BinaryIO, opened), mode="r|gz") as tar:
            parts = _parts(tar)
            name, content = next(parts, ("", b""))
            if name != HEAD:
                raise tarfile.ReadError("no head")
            self._check_head(json.loads(content))
            self._make_room()
            ended = False
            for name, content in parts:
                if ended:
                    raise tarfile.ReadError("more after the end")
                if name == LOG_KEY:
                    self.log_key = content
                elif name == END:
                    self._check_end(json.loads(content))
                    ended = True
                else:
                    self._take(name.partition("/")[0], content)
            if not ended or not self.log_key:
                raise tarfile.ReadError("no end")
        while opened.read(65536):
            pass  # the seal is proved to its last byte, also behind the end of the tar
        self._reset_sequences()
        return {label: seen.rows for label, seen in self._seen.items()}

    def _check_head(self, head: dict[str, Any]) -> None:
        expected = head_of(list(self._tables.values()))
        same = all(head[key] == expected[key] for key in ("migrations", "tables"))
        if head["format"] != FORMAT or not same:
            raise Refused("backup_version", path=self._path, found=str(head["version"]), expected=__version__)

    def _make_room(self) -> None:
        for label, model in self._tables.items():
            if model._meta.label in BORN:
                model._base_manager.all().delete()
            elif model._base_manager.exists():
                raise Refused("node_not_empty", table=label)

    def _take(self, label: str, content: bytes) -> None:
        model, seen = self._tables[label], self._seen[label]
        self._progress(label, list(self._tables).index(label) / len(self._tables))
        seen.digest.update(content)
        lines = content.splitlines()
        seen.rows += len(lines)
        for start in range(0, len(lines), ROWS_AT_ONCE):
            _insert(model, [json.loads(line) for line in lines[start : start + ROWS_AT_ONCE]])

    def _check_end(self, said: dict[str, Any]) -> None:
        found = {label: {"rows": seen.rows, "sha256": seen.digest.hexdigest()} for label, seen in self._seen.items()}
        if said != found:
            raise tarfile.ReadError("other rows than the end says")

    def _reset_sequences(self) -> None:
        """New rows get numbers after the restored ones (PostgreSQL; SQLite needs nothing)."""
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(self._tables.values())):
                cursor.execute(statement)


def _take_up_log(key: bytes) -> None:
    """Go on with the log that was restored; a training copy gets a key of its own, so that nothing it does looks real.

    The witness is made again from what was restored; one that lay here is put aside.
    """
    if not NodeState.objects.filter(training=True).exists():
        log_key.put(key)
    sequencer.set_aside(timezone.now())


def _parts(tar: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for entry in tar:
        file = tar.extractfile(entry) if entry.isfile() and entry.size <= PART_LIMIT_BYTES else None
        if file is None:
            raise tarfile.ReadError(entry.name)
        yield entry.name, file.read()


def _insert(model: Model, rows: list[list[Any]]) -> None:
    """Insert rows as they are: no default, no time of now, no rule of ``save`` may change what was kept."""
    fields = columns_of(model)
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    values = [
        [field.get_db_prep_save(field.to_python(value), connection) for field, value in zip(fields, row, strict=True)]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})", values)
