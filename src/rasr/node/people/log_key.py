"""Where the log of this node keeps what stands outside the database: its key, its witness, its lock.

Whoever can write the database but not read this folder can make no seal and no checkpoint.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from rasr.core.basis import seal
from rasr.core.basis.findings import Refused
from rasr.core.log import keys
from rasr.node.web.private import made_once, private_folder, write_private

NAME = "rasr-log"
KEY, PUBLIC, WITNESS, LOCK, FAULT = "key", "key.pub", "witness.log", "lock", "fault"
SEALS = "rasr leaf seal 1"
"""What the key derived for seals is for."""


def folder() -> Path:
    """The folder of the log in the home folder of the node; its owner only can look into it."""
    return private_folder(path_of(""))


def path_of(name: str) -> Path:
    """A file of the log: KEY, PUBLIC, WITNESS, LOCK or FAULT."""
    home: Path = settings.NODE.home
    return home / "log" / name


def signing_key() -> seal.SigningKey:
    """The key of this node, made on first use. Raises OSError, Refused("log_key_bad")."""
    return _signing(path_of(KEY))


def seal_key() -> bytes:
    """What leaves are sealed with. Raises as ``signing_key``."""
    return _sealing(path_of(KEY))


def found_key() -> seal.SigningKey | None:
    """The key of this node if it has one. Raises as ``signing_key``."""
    return signing_key() if path_of(KEY).exists() else None


def put(content: bytes) -> None:
    """Go on with the key of a backup. Raises OSError; ValueError where it is none, and then nothing was changed."""
    keys.read_signing(content.decode())
    write_private(folder() / KEY, content)
    _signing.cache_clear()
    _sealing.cache_clear()
    signing_key()


@lru_cache(maxsize=4)
def _signing(path: Path) -> seal.SigningKey:
    """Read once per process: the key of a home folder never changes."""
    text = made_once(path, lambda: f"{keys.write_signing(seal.new_signing_key(NAME))}\n".encode())
    try:
        key = keys.read_signing(text.decode())
    except ValueError as fault:
        raise Refused("log_key_bad", path=str(path), reason=str(fault)) from fault
    public = f"{keys.write_public(key.public)}\n".encode()
    beside = path.with_name(PUBLIC)
    if not beside.exists() or beside.read_bytes() != public:
        write_private(beside, public)
    return key


@lru_cache(maxsize=4)
def _sealing(path: Path) -> bytes:
    return _signing(path).derive(SEALS)
