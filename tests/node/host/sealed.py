"""What the tests of backups share: a passphrase, and a look under the seal."""

from __future__ import annotations

import tarfile
from pathlib import Path

from rasr.core.basis.seal import Opener

PASSPHRASE = "correct horse battery"


def still(_table: str, _share: float) -> None:
    """Nobody watches."""


def inside(path: Path) -> dict[str, bytes]:
    """The files under the seal."""
    with path.open("rb") as file, tarfile.open(fileobj=Opener(file, PASSPHRASE), mode="r|gz") as tar:
        return {entry.name: tar.extractfile(entry).read() for entry in tar}
