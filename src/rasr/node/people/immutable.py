"""The trail and its log are not edited: the database refuses to change or delete them, see ``web.triggers``.

Of a leaf one thing changes, once: it gets its index. A migration that alters one of these tables must end with
``protect``.
"""

from __future__ import annotations

from rasr.node.web import triggers

TABLES = ("people_entry", "people_checkpoint")
LEAF = "people_leaf"
KEPT = ("id", "table", "row_id", "more", "schema", "hash", "seal")
"""Columns of a leaf that stay as they are."""


def protect(editor: triggers.Editor) -> None:
    """Put the triggers on every table; those that are there are put anew."""
    triggers.refuse(editor, TABLES)
    triggers.refuse(editor, [LEAF], ["DELETE"])
    same = " AND ".join(f'OLD."{name}" = NEW."{name}"' for name in KEPT)
    given_once = 'OLD."index" IS NULL AND NEW."index" IS NOT NULL'
    triggers.refuse(editor, [LEAF], ["UPDATE"], unless=f"{given_once} AND {same}")


def let_go(editor: triggers.Editor) -> None:
    """Take the triggers away: for a migration, and for tests that empty their tables."""
    triggers.let_go(editor, (*TABLES, LEAF))
