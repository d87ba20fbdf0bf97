"""The tables of history in this room, which the database refuses to change or delete: see ``web.triggers``.

Items and places change, but are not deleted and keep their keys, since history points to them. A migration that alters
one of these tables must end with ``protect``.
"""

from __future__ import annotations

from rasr.node.web import triggers

TABLES = ("records_movement", "records_movementline", "records_batch", "records_signature")
STAYING = {"records_item": "item_id", "records_place": "id"}
"""Table to the key that its rows keep."""


def protect(editor: triggers.Editor) -> None:
    """Put the triggers on every table; those that are there are put anew."""
    triggers.refuse(editor, TABLES)
    for table, key in STAYING.items():
        triggers.refuse(editor, [table], ["DELETE"])
        triggers.refuse(editor, [table], ["UPDATE"], unless=f"OLD.{key} = NEW.{key}")


def let_go(editor: triggers.Editor) -> None:
    """Take the triggers away: for a migration, and for tests that empty their tables."""
    triggers.let_go(editor, (*TABLES, *STAYING))
