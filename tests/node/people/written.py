"""What is written to the database, transaction by transaction: so that a write without an entry on the trail is found.

Inside a test every transaction of the program is a savepoint; what stands outside of one would be a transaction of its
own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

ENTRY = "people_entry"
MACHINE = {
    "people_leaf": "written with its entry",
    "people_checkpoint": "the sequencer's: a sum over entries",
    "django_session": "what a browser is known by; who signs in and out is entered",
    "django_tasks_database_dbtaskresult": "the queue of the worker; jobs are entered",
    "host_workerseen": "signs of life",
    "rasr_cache": "counts of limits",
    "usersessions_usersession": "when and from where a session was last used; its beginning and end are entered",
}
"""Tables of the machine itself, with the reason that writing to them needs no entry."""
COLUMNS = {
    ("jobs_job", frozenset({"state", "started_at", "heartbeat_at"})): "a worker takes up a job that was entered",
    ("jobs_job", frozenset({"stage", "share", "heartbeat_at"})): "how far a job is",
    ("records_upload", frozenset({"file", "annotated"})): "its files were deleted after what was entered",
    ("people_user", frozenset({"last_login"})): "written with every signing in, which is entered",
}
"""Columns that are written beside an act that has its entry."""
WRITES = re.compile(r'^\s*(INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)"?', re.IGNORECASE)
SETS = re.compile(r'"(\w+)" = ')


@dataclass
class Written:
    """Transactions in their order: the tables each wrote to."""

    transactions: list[set[str]] = field(default_factory=list)
    depth: list[str] = field(default_factory=list)

    @property
    def entries(self) -> int:
        """Transactions with an entry."""
        return sum(ENTRY in tables for tables in self.transactions)

    @property
    def without(self) -> list[set[str]]:
        """What was written without an entry."""
        return [tables for tables in self.transactions if tables and ENTRY not in tables]

    def note(self, sql: str) -> None:
        """One statement."""
        words = sql.split()
        if words[0] == "SAVEPOINT":
            if not self.depth:
                self.transactions.append(set())
            self.depth.append(words[1])
        elif words[0] == "RELEASE" and self.depth:
            self.depth.pop()
        elif words[:3] == ["ROLLBACK", "TO", "SAVEPOINT"] and len(self.depth) == 1:
            self.transactions[-1] = set()
        elif (found := WRITES.match(sql)) is not None:
            table = found[2]
            changed = frozenset(SETS.findall(sql.partition(" SET ")[2].partition(" WHERE ")[0]))
            if table in MACHINE or (table, changed) in COLUMNS:
                return
            if self.depth:
                self.transactions[-1].add(table)
            else:
                self.transactions.append({table})


@contextmanager
def writing() -> Iterator[Written]:
    """Watches the connection of the test."""
    seen = Written()

    def watch(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        seen.note(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield seen
