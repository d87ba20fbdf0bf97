"""Triggers by which the database itself refuses to change or delete rows, on SQLite and on PostgreSQL.

Django makes a table of SQLite anew when a migration alters it, and its triggers are gone with the old one: such a
migration must put them on again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

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


def refuse(editor: Editor, tables: Iterable[str], acts: Iterable[str] = ACTS, *, unless: str = "") -> None:
    """Put the triggers on every table; those that are there are put anew.

    unless: a condition on the rows OLD and NEW under which the act is let through; empty: never.
    """
    tables, acts = list(tables), list(acts)
    let_go(editor, tables, acts)
    postgresql = editor.connection.vendor == "postgresql"
    if postgresql:
        editor.execute(REFUSE, params=None)
    when = f" WHEN (NOT ({unless}))" if unless else ""
    for table in tables:
        for act in acts:
            body = "EXECUTE FUNCTION rasr_refuse_change()"
            if not postgresql:
                body = f"BEGIN SELECT RAISE(ABORT, '{table} is immutable'); END"
            editor.execute(
                f"CREATE TRIGGER {_name(table, act)} BEFORE {act} ON {table} FOR EACH ROW{when} {body}", params=None
            )


def let_go(editor: Editor, tables: Iterable[str], acts: Iterable[str] = ACTS) -> None:
    """Take the triggers away: for a migration, and for tests that empty their tables."""
    on_table = editor.connection.vendor == "postgresql"
    acts = list(acts)
    for table in tables:
        for act in acts:
            place = f" ON {table}" if on_table else ""
            editor.execute(f"DROP TRIGGER IF EXISTS {_name(table, act)}{place}", params=None)


def _name(table: str, act: str) -> str:
    return f"{table}_no_{act.lower()}"
