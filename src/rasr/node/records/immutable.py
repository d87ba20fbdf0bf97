"""Triggers by which the database refuses to change or delete history, on SQLite and on PostgreSQL.

Django makes a table of SQLite anew when a migration alters it, and its triggers are gone with the old one: such a
migration of one of ``TABLES`` must end with ``protect``.
"""

from __future__ import annotations

from typing import Any, Protocol

TABLES = ("records_movement", "records_movementline", "records_batch")
ACTS = ("UPDATE", "DELETE")
REFUSE = """
CREATE OR REPLACE FUNCTION rasr_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is immutable', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


class Editor(Protocol):
    """What runs a statement: a schema editor."""

    connection: Any

    def execute(self, sql: Any, params: Any = ...) -> Any:
        """Run one statement."""
        ...


def protect(editor: Editor) -> None:
    """Put the triggers on every table; those that are there are put anew."""
    let_go(editor)
    postgresql = editor.connection.vendor == "postgresql"
    if postgresql:
        editor.execute(REFUSE, params=None)
    for table in TABLES:
        for act in ACTS:
            head = f"CREATE TRIGGER {_name(table, act)} BEFORE {act} ON {table} FOR EACH ROW"
            body = "EXECUTE FUNCTION rasr_refuse_change()"
            if not postgresql:
                body = f"BEGIN SELECT RAISE(ABORT, '{table} is immutable'); END"
            editor.execute(f"{head} {body}", params=None)


def let_go(editor: Editor) -> None:
    """Take the triggers away: for a migration, and for tests that empty their tables."""
    on_table = editor.connection.vendor == "postgresql"
    for table in TABLES:
        for act in ACTS:
            place = f" ON {table}" if on_table else ""
            editor.execute(f"DROP TRIGGER IF EXISTS {_name(table, act)}{place}", params=None)


def _name(table: str, act: str) -> str:
    return f"{table}_no_{act.lower()}"
