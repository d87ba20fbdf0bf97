"""The home folder of a node and its database: made ready before anything runs on them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from rasr.core.basis.findings import Refused
from rasr.node.host import queries
from rasr.node.web.private import locked, private_folder

SETUP_LOCK, SERVE_LOCK = "setup.lock", "serve.lock"
_ADVISORY = 0x72617372
"""Number of the lock that keeps two machines from migrating one PostgreSQL database at once: "rasr"."""


def prepare() -> None:
    """Make the folders and the tables of this node; what is there stays. Needs Django set up.

    Two processes that start at once wait for one another. Raises Refused: database_unreachable, database_newer,
    cannot_write.
    """
    home = settings.NODE.home
    os.umask(0o077)
    try:
        for folder in (home, settings.FILE_UPLOAD_TEMP_DIR):
            private_folder(folder)
        with locked(home / SETUP_LOCK):
            _migrate()
    except DatabaseError as fault:
        raise unreachable(fault) from fault
    except OSError as fault:
        raise Refused("cannot_write", path=str(fault.filename or home), reason=fault.strerror or str(fault)) from fault


def must_be_there() -> None:
    """Refuse where no node has been set up. Raises Refused: node_not_set_up, database_unreachable, database_newer."""
    try:
        if settings.NODE.database_url == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
            raise Refused("node_not_set_up", path=str(settings.NODE.home))
        _not_newer(MigrationExecutor(connection))
        if not queries.migrated():
            raise Refused("node_not_set_up", path=str(settings.NODE.home))
    except DatabaseError as fault:
        raise unreachable(fault) from fault


def unreachable(fault: DatabaseError) -> Refused:
    """The refusal for a database that cannot be used; of its message the first line, which names no secret."""
    return Refused("database_unreachable", reason=(str(fault).strip().splitlines() or ["no reason given"])[0])


@contextmanager
def alone() -> Iterator[None]:
    """Hold the place of the running node: none runs in this home folder meanwhile. Raises Refused("node_running")."""
    home = private_folder(settings.NODE.home)
    try:
        with locked(home / SERVE_LOCK, wait=False):
            yield
    except BlockingIOError:
        raise Refused("node_running", path=str(home)) from None


def _migrate() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY])
    try:
        _not_newer(MigrationExecutor(connection))
        if not queries.migrated():
            call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
    finally:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY])
        connection.close()


def _not_newer(executor: MigrationExecutor) -> None:
    unknown = [
        f"{app}.{name}"
        for app, name in executor.loader.applied_migrations
        if app in executor.loader.migrated_apps and (app, name) not in executor.loader.graph.nodes
    ]
    if unknown:
        raise Refused("database_newer", migration=min(unknown))
