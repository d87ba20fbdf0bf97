"""On PostgreSQL, what lines, holdings and positions point to is looked up for a whole statement, not row by row.

Its own check of a foreign key takes as long for each row as writing the row. These point to rows that are never
deleted and never get another key (``immutable``; ``TRUNCATE`` passes that by, as it does all triggers), so a look when
they are written is enough. It is a stricter one for holdings: the store is that of the place. SQLite checks foreign
keys quickly, and keeps them.

A migration that alters one of ``POINTING`` must end with ``look_up_at_once``.
"""

from __future__ import annotations

from rasr.node.web import triggers

PARENTS = {
    "batch_id": ("records_batch", "batch_id"),
    "movement_id": ("records_movement", "movement_id"),
    "item_id": ("records_item", "item_id"),
    "place_id": ("records_place", "id"),
    "from_place_id": ("records_place", "id"),
    "to_place_id": ("records_place", "id"),
}
"""Column to the table and key it points to."""
POINTING = {
    "records_movementline": ("movement_id", "batch_id", "item_id", "from_place_id", "to_place_id"),
    "records_holding": ("batch_id", "place_id", "store_id"),
    "records_itemposition": ("item_id", "batch_id", "place_id"),
}
FUNCTION = """
CREATE OR REPLACE FUNCTION {table}_refers() RETURNS trigger LANGUAGE plpgsql
SET search_path = "{schema}", pg_temp SET enable_seqscan = off SET jit = off AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM fresh WHERE {faults}) THEN
    RAISE EXCEPTION '% points to a row that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$
"""
FOREIGN_KEYS = "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass"
OF_PATTERNS = "SELECT indexname FROM pg_indexes WHERE tablename = %s AND indexname LIKE '%%\\_like'"
"""Indexes for searches by a pattern that Django adds to each indexed text: here nobody searches so."""
WRITTEN = ("records_batch", "records_movement", *POINTING)


def look_up_at_once(editor: triggers.Editor) -> None:
    """Take away the foreign keys and put the triggers in their place; SQLite stays as it is."""
    if editor.connection.vendor != "postgresql":
        return
    (schema,) = _named(editor, "SELECT current_schema()")
    for table, columns in POINTING.items():
        for name in _named(editor, FOREIGN_KEYS, table):
            editor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"', params=None)
        faults = " OR ".join(map(_fault, columns))
        editor.execute(FUNCTION.format(table=table, faults=faults, schema=schema), params=None)
        for act in ("INSERT", "UPDATE"):
            editor.execute(
                f"CREATE OR REPLACE TRIGGER {table}_refers_{act.lower()} AFTER {act} ON {table} "
                f"REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION {table}_refers()",
                params=None,
            )
    for table in WRITTEN:
        for name in _named(editor, OF_PATTERNS, table):
            editor.execute(f'DROP INDEX "{name}"', params=None)


def _fault(column: str) -> str:
    # one value is asked for, since "exists" may be worked out for the whole of a table that was small once
    if column == "store_id":
        store = "coalesce(p.store_id, '') = coalesce(fresh.store_id, '')"
        return f"(SELECT {store} FROM records_place p WHERE p.id = fresh.place_id) IS NOT TRUE"
    table, key = PARENTS[column]
    return f"fresh.{column} IS NOT NULL AND (SELECT 1 FROM {table} p WHERE p.{key} = fresh.{column}) IS NULL"


def _named(editor: triggers.Editor, question: str, *values: str) -> list[str]:
    with editor.connection.cursor() as cursor:
        cursor.execute(question, values)
        return [name for (name,) in cursor.fetchall()]
