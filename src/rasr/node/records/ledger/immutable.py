"""The tables of history in this room, which the database refuses to change or delete: see ``web.triggers``.

A migration that alters one of ``TABLES`` must end with ``protect``.
"""

from __future__ import annotations

from rasr.node.web import triggers

TABLES = ("records_movement", "records_movementline", "records_batch", "records_signature")


def protect(editor: triggers.Editor) -> None:
    """Put the triggers on every table; those that are there are put anew."""
    triggers.refuse(editor, TABLES)


def let_go(editor: triggers.Editor) -> None:
    """Take the triggers away: for a migration, and for tests that empty their tables."""
    triggers.let_go(editor, TABLES)
