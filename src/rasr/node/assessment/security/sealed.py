"""What shows how a place is secured, sealed for the database: AES-256-GCM with the key of the node, a file beside it.

Each visit, project and photograph has a key of its own, so that one put in another's place is found. Without
``secret.key`` nobody can read any of it again.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from rasr.core.basis.findings import Refused
from rasr.core.basis.seal import BrokenError
from rasr.core.basis.sealed_texts import derived, open_bytes, open_text, seal_bytes, seal_text

VISIT, PHOTOGRAPH, PHONE = "rasr security visit", "rasr security photograph", "rasr security phone"


def seal_row(purpose: str, row_id: UUID, text: str) -> str:
    """A text of one row as it is kept."""
    return seal_text(settings.SECRET_KEY, f"{purpose} {row_id}", text)


def open_row(purpose: str, row_id: UUID, kept: str) -> str:
    """A text of one row. Raises Refused: security_unreadable, where it was sealed with another key or changed."""
    try:
        return open_text(settings.SECRET_KEY, f"{purpose} {row_id}", kept)
    except BrokenError:
        raise Refused("security_unreadable") from None


def seal_visit(visit_id: UUID, text: str) -> str:
    """The body of a visit as it is kept."""
    return seal_row(VISIT, visit_id, text)


def open_visit(visit_id: UUID, kept: str) -> str:
    """The body of a visit. Raises Refused: security_unreadable."""
    return open_row(VISIT, visit_id, kept)


def seal_photograph(photo_id: UUID, content: bytes) -> bytes:
    """A photograph as it is kept."""
    return seal_bytes(settings.SECRET_KEY, f"{PHOTOGRAPH} {photo_id}", content)


def open_photograph(photo_id: UUID, kept: bytes) -> bytes:
    """A photograph. Raises Refused: security_unreadable."""
    try:
        return open_bytes(settings.SECRET_KEY, f"{PHOTOGRAPH} {photo_id}", kept)
    except BrokenError:
        raise Refused("security_unreadable") from None


def digest(content: bytes) -> str:
    """By which the same photograph is known again, by the node alone."""
    return salted_hmac(PHOTOGRAPH, content, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()


def key_of_phone(phone_id: UUID) -> bytes:
    """The key that a phone is given, and that the node makes again from its id."""
    return derived(settings.SECRET_KEY, f"{PHONE} {phone_id}")


def open_from_phone(phone_id: UUID, content: bytes) -> bytes:
    """What a phone sealed with its key. Raises BrokenError: damaged."""
    return open_bytes(settings.SECRET_KEY, f"{PHONE} {phone_id}", content)
