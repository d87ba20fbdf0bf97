"""A backup of a node: every row of its tables in one sealed file, the same from SQLite and from PostgreSQL.

Inside the seal (``core.basis.seal``) is a compressed tar:

    head.json                       version, migrations, tables with their columns
    log.key                         the signing key of the transparency log, without which nothing could follow on it
    <app>.<model>/<number>.jsonl    one row a line, a list of values in the order of the columns; a part at a time
    end.json                        rows and digest of every table

Not in it: sessions, the queue of tasks, signs of life of workers, content types and permissions (made by migrations),
and the other files of the home folder. All rows are read in one transaction, so they belong together.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, models
from django.db.migrations.recorder import MigrationRecorder
from django.utils.duration import duration_iso_string

from rasr import __version__
from rasr.core.basis.seal import Sealer
from rasr.core.log import keys
from rasr.core.records.files.atomic import write_file
from rasr.node.host import queries
from rasr.node.host.home import unreachable
from rasr.node.people import log_key, trail
from rasr.node.records.ledger import references
from rasr.node.web.one_view import one_view
from rasr.node.web.private import FILE_MODE

FORMAT = 2
HEAD, LOG_KEY, END = "head.json", "log.key", "end.json"
PART_BYTES = 4_000_000
"""A part is closed once it holds so much: what is in memory at a time."""
ROWS_AT_ONCE = 2000
PASSPHRASE_MIN = 12
LEFT_OUT_APPS = {"sessions", "contenttypes", "django_tasks_database"}
LEFT_OUT_MODELS = {"auth.Permission", "host.WorkerSeen"}
Progress = Callable[[str, float], None]


def write_backup(path: Path, passphrase: str, progress: Progress) -> dict[str, int]:
    """Write the backup of this node to ``path``, all or nothing; the number of rows by table.

    progress: takes the table being written and the share done. Raises Refused: cannot_write, database_unreachable.
    """
    counts: dict[str, int] = {}

    def write(temporary: Path) -> None:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        with os.fdopen(handle, "wb") as file, Sealer(file, passphrase) as sealed:
            counts.update(_pour(cast(BinaryIO, sealed), progress))
            sealed.close()
            file.flush()
            os.fsync(file.fileno())
        trail.record(actor=None, act="node.backup", after={"rows": sum(counts.values()), "tables": len(counts)})

    try:
        write_file(path, write)
    except DatabaseError as fault:
        raise unreachable(fault) from fault
    queries.note_backup(settings.NODE.home)
    return counts


def kept_models() -> list[type[models.Model]]:
    """The models whose rows a backup holds, by label; tables of many-to-many fields included.

    Tables whose rows must find what they point to as soon as they are written come last.
    """
    every = apps.get_models(include_auto_created=True)
    left = {model for model in every if _is_left_out(model)}
    kept = []
    for model in every:
        targets = {field.related_model for field in model._meta.local_concrete_fields if field.is_relation}
        if model in left or not model._meta.managed or model._meta.proxy:
            continue
        if targets & left:  # rows that point to what migrations make: who may do what with which model
            assert model._meta.auto_created, model._meta.label
            continue
        kept.append(model)
    return sorted(kept, key=lambda model: (model._meta.db_table in references.POINTING, model._meta.label_lower))


def columns_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The columns a backup holds of a model: all but those the database works out."""
    return [field for field in model._meta.local_concrete_fields if not field.generated]


def head_of(tables: list[type[models.Model]]) -> dict[str, Any]:
    """What a backup says of itself before its rows: what a node must have in common with it to restore it."""
    applied = MigrationRecorder(connection).applied_migrations()
    labels = {model._meta.app_label for model in tables}
    return {
        "format": FORMAT,
        "version": __version__,
        "migrations": sorted(f"{app}.{name}" for app, name in applied if app in labels),
        "tables": {model._meta.label_lower: [field.column for field in columns_of(model)] for model in tables},
    }


def _is_left_out(model: type[models.Model]) -> bool:
    return model._meta.app_label in LEFT_OUT_APPS or model._meta.label in LEFT_OUT_MODELS


def _pour(out: BinaryIO, progress: Progress) -> dict[str, int]:
    tables = kept_models()
    said: dict[str, dict[str, Any]] = {}
    with tarfile.open(fileobj=out, mode="w|gz") as tar, one_view():
        _add(tar, HEAD, head_of(tables))
        _add_bytes(tar, LOG_KEY, keys.write_signing(log_key.signing_key()).encode())
        for number, model in enumerate(tables):
            label = model._meta.label_lower
            progress(label, number / len(tables))
            said[label] = _add_table(tar, label, model)
        _add(tar, END, said)
    return {label: entry["rows"] for label, entry in said.items()}


def _add_table(tar: tarfile.TarFile, label: str, model: type[models.Model]) -> dict[str, Any]:
    """Every row of a table, in the order of its key."""
    rows, part, digest, waiting = 0, 0, hashlib.sha256(), bytearray()
    names = [field.attname for field in columns_of(model)]
    found = model._base_manager.order_by("pk").values_list(*names)
    for row in found.iterator(chunk_size=ROWS_AT_ONCE):
        waiting += line_of(row)
        rows += 1
        if len(waiting) >= PART_BYTES:
            digest.update(waiting)
            _add_bytes(tar, f"{label}/{part:06}.jsonl", bytes(waiting))
            part, waiting = part + 1, bytearray()
    if waiting:
        digest.update(waiting)
        _add_bytes(tar, f"{label}/{part:06}.jsonl", bytes(waiting))
    return {"rows": rows, "sha256": digest.hexdigest()}


def line_of(row: tuple[Any, ...]) -> bytes:
    """One row as a line of JSON: what JSON has no kind for as text that the column's field reads back.

    >>> line_of((1, None, Decimal("1.50"), b"ab"))
    b'[1,null,"1.50","YWI="]\\n'
    """
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=_as_text).encode() + b"\n"


def _as_text(value: Any) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"a backup does not know {type(value)}")


def _add(tar: tarfile.TarFile, name: str, said: dict[str, Any]) -> None:
    _add_bytes(tar, name, json.dumps(said, ensure_ascii=False, indent=1).encode())


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), FILE_MODE
    tar.addfile(entry, io.BytesIO(content))
