"""Files and folders that only their owner can read: keys, locks. Light: the settings load it.

>>> import tempfile
>>> path = Path(tempfile.mkdtemp()) / "node" / "a.key"
>>> made_once(path, lambda: b"first"), made_once(path, lambda: b"second")
(b'first', b'first')
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

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


def made_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """What the file holds, made on first use. Two processes that start at once get the same."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        private_folder(path.parent)
    made = path.with_name(f".{path.name}.new.{os.getpid()}")
    write_private(made, make())
    try:
        os.link(made, path)  # fails where another process was first: then its content holds
    except FileExistsError:
        pass  # it is read below
    finally:
        made.unlink(missing_ok=True)
    return path.read_bytes()


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold a lock file. Raises BlockingIOError where another process holds it and ``wait`` is off."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(handle)
