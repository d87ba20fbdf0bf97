"""What shows how a place is locked, as the database keeps it: sealed with the key of the node, a purpose for each kind.

Without that key (a backup restored elsewhere) it cannot be read, and the pages say so.
"""

from __future__ import annotations

import base64

from django.conf import settings

from rasr.core.basis.sealed_texts import open_text, seal_text

WORKS, PHOTOGRAPHS, CAPTIONS = "rasr upgrade works", "rasr upgrade photographs", "rasr upgrade captions"


def seal(purpose: str, text: str) -> str:
    """A text as it is kept."""
    return seal_text(settings.SECRET_KEY, purpose, text)


def unseal(purpose: str, kept: str) -> str:
    """A text as it was. Raises BrokenError where it was sealed with another key."""
    return open_text(settings.SECRET_KEY, purpose, kept)


def seal_bytes(purpose: str, content: bytes) -> str:
    """A file as it is kept."""
    return seal(purpose, base64.b64encode(content).decode())


def unseal_bytes(purpose: str, kept: str) -> bytes:
    """A file as it was. Raises BrokenError."""
    return base64.b64decode(unseal(purpose, kept))
