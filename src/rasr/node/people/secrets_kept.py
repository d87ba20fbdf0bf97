"""Secrets of second factors as the database keeps them: sealed with the key of the node, which is a file beside it.

Without that key (a backup restored elsewhere) an app has to be set up anew: no code fits any more. Passkeys go on,
what is kept of them is no secret.
"""

from __future__ import annotations

import base64
import logging
import secrets

from allauth.mfa.models import Authenticator
from django.conf import settings

from rasr.core.basis.seal import BrokenError
from rasr.core.basis.sealed_texts import open_text, seal_text

PURPOSE = "rasr second factors"
SEALED = ("secret", "seed")
"""What is sealed of an app, and of recovery codes."""
log = logging.getLogger("rasr.accounts")


def seal(text: str) -> str:
    """A secret as it is kept."""
    return seal_text(settings.SECRET_KEY, PURPOSE, text)


def unseal(kept: str) -> str:
    """A secret as it was; another one, which nobody knows, where it cannot be read."""
    try:
        return open_text(settings.SECRET_KEY, PURPOSE, kept)
    except BrokenError:
        log.error("a second factor was sealed with another secret.key: it has to be set up anew")
        return base64.b32encode(secrets.token_bytes(40)).decode()


def lost() -> int:
    """How many accounts have an app or recovery codes that were sealed with another key, so that no code fits."""
    rows = Authenticator.objects.values_list("user_id", "data")
    return len({user for user, data in rows if not all(_opens(data[name]) for name in SEALED if name in data)})


def _opens(kept: str) -> bool:
    try:
        open_text(settings.SECRET_KEY, PURPOSE, kept)
    except BrokenError:
        return False
    return True
