"""What is asked of the node itself: training copy, readiness."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from rasr.node.host.models import NodeState, WorkerSeen
from rasr.node.people import sequencer

SEEN_WITHIN = timedelta(minutes=1)
ENOUGH_DISK_MB = 500
BACKUP_MARK = "last-backup"
"""File of the home folder whose time is that of the last backup."""


@cache
def training() -> bool:
    """Whether this node is a training copy. Asked of the database once per process: it never changes while one runs."""
    return NodeState.objects.filter(training=True).exists()


def forget() -> None:
    """Ask the database anew next time: after a restore in this process, and between tests."""
    training.cache_clear()


def migrated() -> bool:
    """Whether the database has every migration of this program. Raises DatabaseError."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


@dataclass(frozen=True)
class Readiness:
    """Whether the node can answer. worker: one was seen in the last minute. disk_mb: free in the home folder.

    log: nothing is known to be wrong with the transparency log, see ``people.sequencer``.
    """

    database: bool
    migrations: bool
    worker: bool
    disk_mb: int
    log: bool = True

    @property
    def ready(self) -> bool:
        """Whether pages can be served; without a worker long work waits, so that is told but no reason to fail."""
        return self.database and self.migrations and self.log

    @property
    def disk(self) -> bool:
        """Whether there is room to work."""
        return self.disk_mb >= ENOUGH_DISK_MB


def readiness(home: Path) -> Readiness:
    """The state of the node whose home folder is ``home``."""
    disk_mb = shutil.disk_usage(home).free // 1_000_000
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        done = migrated()
        log = sequencer.fault() is None
        return Readiness(database=True, migrations=done, worker=done and _worker_seen(), disk_mb=disk_mb, log=log)
    except DatabaseError:
        connection.close()
        return Readiness(database=False, migrations=False, worker=False, disk_mb=disk_mb)


def last_backup(home: Path) -> datetime | None:
    """When the last backup of this node was written from its home folder; None: never."""
    try:
        return datetime.fromtimestamp((home / BACKUP_MARK).stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def note_backup(home: Path) -> None:
    """Keep that a backup was written now."""
    (home / BACKUP_MARK).touch()


def _worker_seen() -> bool:
    return WorkerSeen.objects.filter(seen_at__gte=timezone.now() - SEEN_WITHIN).exists()
