"""Small secrets sealed for a database: AES-256-GCM with a key that is not in it. The rest of cryptography: ``seal``.

>>> open_text("key", "app", seal_text("key", "app", "JBSWY3DP"))
'JBSWY3DP'
"""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

from rasr.core.basis.seal import BrokenError, SigningKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


def seal_text(secret: str, purpose: str, text: str) -> str:
    """A text that only who has the secret can read; one sealed for a purpose is not taken for another."""
    return base64.urlsafe_b64encode(seal_bytes(secret, purpose, text.encode())).decode()


def open_text(secret: str, purpose: str, sealed: str) -> str:
    """The text again. Raises BrokenError: damaged, where secret or purpose is another, or the text was changed."""
    try:
        return open_bytes(secret, purpose, base64.urlsafe_b64decode(sealed)).decode()
    except ValueError:
        raise BrokenError("damaged") from None


def seal_bytes(secret: str, purpose: str, content: bytes) -> bytes:
    """The same for what is no text, such as a photograph."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _key(secret, purpose).encrypt(nonce, content, purpose.encode())


def open_bytes(secret: str, purpose: str, sealed: bytes) -> bytes:
    """The bytes again. Raises BrokenError: damaged, where secret or purpose is another, or they were changed."""
    from cryptography.exceptions import InvalidTag  # slow to load, and for secrets only

    try:
        return _key(secret, purpose).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode())
    except (InvalidTag, ValueError):
        raise BrokenError("damaged") from None


def derived(secret: str, purpose: str) -> bytes:
    """The key for a purpose, for whoever is to seal something for this node."""
    return SigningKey("", secret.encode()).derive(purpose)


def _key(secret: str, purpose: str) -> AESGCM:
    """AES with a key for this purpose (HKDF, RFC 5869)."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # slow to load, and for secrets only

    return AESGCM(derived(secret, purpose))
