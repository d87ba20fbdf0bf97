"""The node's own secret key, in its home folder: signs sessions and forms. Light: the settings load it.

>>> import tempfile
>>> home = Path(tempfile.mkdtemp()) / "node"
>>> secret_key(home) == secret_key(home)
True
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

FILE = "secret.key"
BYTES = 48
FOLDER_MODE, FILE_MODE = 0o700, 0o600


def private_folder(path: Path) -> Path:
    """The folder, made if it is not there, open to its owner only."""
    path.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    if path.stat().st_mode & 0o777 != FOLDER_MODE:
        path.chmod(FOLDER_MODE)
    return path


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, all or nothing, in place of one that is there."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def secret_key(home: Path) -> str:
    """The secret key of the node in ``home``, made on first use. Two processes that start at once get the same."""
    path = home / FILE
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        private_folder(home)
    made = path.with_name(f".{FILE}.{os.getpid()}")
    write_private(made, secrets.token_urlsafe(BYTES).encode())
    try:
        os.link(made, path)  # fails where another process was first: then its key holds
    except FileExistsError:
        pass  # its key is read below
    finally:
        made.unlink(missing_ok=True)
    return path.read_text(encoding="ascii").strip()
