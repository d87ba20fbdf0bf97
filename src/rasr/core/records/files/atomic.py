"""Writing all or nothing: into a temporary place beside the target, then renamed into it.

>>> import tempfile
>>> place = Path(tempfile.mkdtemp())
>>> write_file(place / "note.txt", lambda temporary: temporary.write_text("whole"))
>>> [entry.name for entry in place.iterdir()]
['note.txt']
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from rasr.core.basis.findings import Refused

FAULTS = (OSError, pl.exceptions.PolarsError)
"""What writing may raise where the place cannot take it."""


def write_file(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a temporary file, then put it at ``path`` (in place of a file that is there).

    Raises Refused("cannot_write"); the temporary is gone and the old content kept, whatever ``write`` raised.
    """
    if path.is_dir():
        raise Refused("cannot_write", path=str(path), reason="it is a folder")
    with _beside(path) as place:
        temporary = place / path.name
        write(temporary)
        os.replace(temporary, path)


def write_folder(path: Path, write: Callable[[Path], object], marker: str) -> None:
    """Let ``write`` fill a temporary folder, then put it at ``path``, in place of one this program wrote before.

    marker: file by which such a folder is known. Raises Refused("output_exists") where something else is there, and
    Refused("cannot_write"); the temporary is gone and the old content kept, whatever ``write`` raised.
    """
    if path.exists() and not _is_ours(path, marker):
        raise Refused("output_exists", path=str(path))
    with _beside(path) as place:
        new, old = place / "new", place / "old"
        new.mkdir()
        write(new)
        _swap(path, new, old)


def _is_ours(path: Path, marker: str) -> bool:
    return path.is_dir() and ((path / marker).is_file() or not any(path.iterdir()))


def _swap(path: Path, new: Path, old: Path) -> None:
    """Old aside, new in. Where the second step fails or is interrupted, the old one goes back."""
    try:
        if path.exists():
            os.replace(path, old)
        os.replace(new, path)
    finally:
        if old.exists() and not path.exists():
            os.replace(old, path)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A temporary folder on the same file system as ``path``, removed in any case."""
    place: Path | None = None
    try:
        parent = path.absolute().parent
        parent.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix=".rasr-", dir=parent))
        yield place
    except FAULTS as fault:
        raise Refused("cannot_write", path=str(path), reason=_reason(fault)) from fault
    finally:
        if place is not None:
            shutil.rmtree(place, ignore_errors=True)


def _reason(fault: Exception) -> str:
    text = (fault.strerror if isinstance(fault, OSError) else None) or str(fault) or type(fault).__name__
    return text.splitlines()[0]
