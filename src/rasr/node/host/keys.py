"""The node's own secret key, in its home folder: signs sessions and forms. Light: the settings load it.

>>> import tempfile
>>> home = Path(tempfile.mkdtemp()) / "node"
>>> secret_key(home) == secret_key(home)
True
"""

from __future__ import annotations

import secrets
from pathlib import Path

from rasr.node.web.private import made_once

FILE = "secret.key"
BYTES = 48


def secret_key(home: Path) -> str:
    """The secret key of the node in ``home``, made on first use. Two processes that start at once get the same."""
    return made_once(home / FILE, lambda: secrets.token_urlsafe(BYTES).encode()).decode("ascii").strip()
