"""A checkpoint: the log at one moment, in a note signed by its node (C2SP tlog-checkpoint in a signed-note).

A note is text: the name of the log, how many leaves, the root of their tree, and as a further line the time; after a
blank line the signature. Other lines between root and blank line are covered by the signature and not read.

>>> from datetime import UTC
>>> key = seal.SigningKey("example", bytes(32))
>>> made = Checkpoint("example", 0, tree.EMPTY, datetime(2027, 5, 31, tzinfo=UTC))
>>> print(sign(made, key), end="")
example
0
47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
time 2027-05-31T00:00:00+00:00
<BLANKLINE>
— example 1UgAWw3YIujTv4SieZjRiO0ISk+jif01OzdB2sjKBrlAZ4rS1IPxaZr8vjbuOSe91WaRN3RwmEP7ra48KjjkoZvepA8=
>>> read(sign(made, key), key.public) == made
True
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime

from rasr.core.basis import seal
from rasr.core.basis.findings import Refused
from rasr.core.log import tree

DASH = "\u2014"
TIME = "time "
MOST_SIGNATURES = 16
"""Other signatures are of witnesses."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """So many leaves with this root. origin: name of the log. at: when it was signed, to the second; None: not said."""

    origin: str
    size: int
    root: bytes
    at: datetime | None = None

    def text(self) -> str:
        """What is signed."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode()]
        if self.at is not None:
            lines.append(f"{TIME}{self.at.isoformat(timespec='seconds')}")
        return "".join(f"{line}\n" for line in lines)


def sign(checkpoint: Checkpoint, key: seal.SigningKey) -> str:
    """The signed note of a checkpoint."""
    text = checkpoint.text()
    assert checkpoint.origin == key.name, "a log bears the name of its key"
    held = base64.b64encode(key.public.identifier + key.sign(text.encode())).decode()
    return f"{text}\n{DASH} {key.name} {held}\n"


def read(note: str, key: seal.PublicKey) -> Checkpoint:
    """The checkpoint of a note, once its signature was checked.

    Raises Refused: note_damaged (it is no such note), note_of_another (not signed by this key), note_forged (the
    signature does not fit).
    """
    return _parsed(opened(note, key), key)


def opened(note: str, key: seal.PublicKey) -> str:
    """The text of any signed note, proved to be signed by this key. Raises Refused, see ``read``."""
    text, blank, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not blank or lines.pop() or not 0 < len(lines) <= MOST_SIGNATURES:
        raise Refused("note_damaged", reason="it has no signature")
    if any(not character.isprintable() for character in note if character != "\n"):
        raise Refused("note_damaged", reason="it holds characters that no note holds")
    text += "\n"
    mine = [held for held in map(_signature, lines) if held[:2] == (key.name, key.identifier)]
    if not mine:
        raise Refused("note_of_another", key=key.name)
    if not all(key.fits(text.encode(), signature) for _name, _identifier, signature in mine):
        raise Refused("note_forged", key=key.name)
    return text


def _signature(line: str) -> tuple[str, bytes, bytes]:
    """Name, id of the key, signature."""
    try:
        dash, name, held = line.split(" ")
        content = _decoded(held)
    except ValueError:
        raise Refused("note_damaged", reason="a signature cannot be read") from None
    if dash != DASH or not name or len(content) < 5:
        raise Refused("note_damaged", reason="a signature cannot be read")
    return name, content[:4], content[4:]


def _parsed(text: str, key: seal.PublicKey) -> Checkpoint:
    lines = text.splitlines()
    if len(lines) < 3 or not all(lines):
        raise Refused("note_damaged", reason="it is no checkpoint")
    origin, size, held = lines[:3]
    if origin != key.name:
        raise Refused("note_of_another", key=key.name)
    if not (size.isascii() and size.isdecimal() and len(size) < 20) or str(int(size)) != size:
        raise Refused("note_damaged", reason="the number of leaves cannot be read")
    try:
        found = _decoded(held)
        times = [datetime.fromisoformat(line.removeprefix(TIME)) for line in lines[3:] if line.startswith(TIME)]
    except ValueError:
        raise Refused("note_damaged", reason="root or time cannot be read") from None
    if len(found) != tree.HASH_BYTES or len(times) > 1 or any(time.tzinfo is None for time in times):
        raise Refused("note_damaged", reason="root or time cannot be read")
    return Checkpoint(origin, int(size), found, *times)


def _decoded(held: str) -> bytes:
    """What stands in base64, in the one way to write it. Raises ValueError."""
    found = base64.b64decode(held, validate=True)
    if base64.b64encode(found).decode() != held:
        raise ValueError(held)
    return found
