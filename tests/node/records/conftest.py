"""What the tests of the register share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import pytest
from django.db import connection

from rasr.node.records import immutable


@contextmanager
def _let_go() -> Iterator[None]:
    with connection.schema_editor() as editor:
        immutable.let_go(editor)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            immutable.protect(editor)


@pytest.fixture(scope="session", autouse=True)
def _history_can_be_emptied() -> Iterator[None]:
    """After a test with transactions of its own SQLite empties tables by DELETE, which the triggers would refuse."""
    operations: Any = connection.ops
    empties = operations.execute_sql_flush

    def emptied(statements: list[str]) -> None:
        around: AbstractContextManager[None] = _let_go() if connection.vendor == "sqlite" else nullcontext()
        with around:
            empties(statements)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(operations, "execute_sql_flush", emptied)
        yield
