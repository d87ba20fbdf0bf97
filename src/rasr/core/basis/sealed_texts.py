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
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = _key(secret, purpose).encrypt(nonce, text.encode(), purpose.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def open_text(secret: str, purpose: str, sealed: str) -> str:
    """The text again. Raises BrokenError: damaged, where secret or purpose is another, or the text was changed."""
    from cryptography.exceptions import InvalidTag  # slow to load, and for secrets only

    try:
        content = base64.urlsafe_b64decode(sealed)
        nonce, rest = content[:NONCE_BYTES], content[NONCE_BYTES:]
        return _key(secret, purpose).decrypt(nonce, rest, purpose.encode()).decode()
    except (InvalidTag, ValueError):
        raise BrokenError("damaged") from None


def _key(secret: str, purpose: str) -> AESGCM:
    """AES with a key for this purpose (HKDF, RFC 5869)."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # slow to load, and for secrets only

    return AESGCM(SigningKey("", secret.encode()).derive(purpose))
