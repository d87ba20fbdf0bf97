"""Names of places as they are always written.

>>> starred("Kosovo"), starred("Serbia"), starred(None)
('Kosovo*', 'Serbia', '')
"""

from __future__ import annotations

from rasr.report.scribe import KOSOVO


def starred(name: str | None) -> str:
    """A jurisdiction's name; Kosovo* keeps its asterisk whatever the records say."""
    found = name or ""
    return f"{found}*" if found.strip() == KOSOVO else found
