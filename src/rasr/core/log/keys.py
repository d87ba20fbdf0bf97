"""Keys of the log as text, the way signed notes write them: name, id and key, apart by "+" (C2SP signed-note).

>>> key = seal.SigningKey("example", bytes(32))
>>> write_public(key.public)
'example+d548005b+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop'
>>> read_signing(write_signing(key)).seed == key.seed
True
"""

from __future__ import annotations

import base64

from rasr.core.basis import seal

SECRET = "PRIVATE+KEY+"


def write_signing(key: seal.SigningKey) -> str:
    """How a signing key is kept in its file."""
    return f"{SECRET}{_text(key.public, key.seed)}"


def write_public(key: seal.PublicKey) -> str:
    """How a public key is handed on."""
    return _text(key, key.key)


def read_signing(text: str) -> seal.SigningKey:
    """A signing key from its text. Raises ValueError where it is none."""
    text = text.strip()
    if not text.startswith(SECRET):
        raise ValueError("it is no signing key")
    name, identifier, held = _parts(text[len(SECRET) :])
    key = seal.SigningKey(name, held)
    if key.public.identifier != identifier:
        raise ValueError("its id does not fit")
    return key


def read_public(text: str) -> seal.PublicKey:
    """A public key from its text. Raises ValueError where it is none."""
    text = text.strip()
    if text.startswith(SECRET):
        raise ValueError("it is the secret key, which belongs on the node alone")
    name, identifier, held = _parts(text)
    key = seal.PublicKey(name, held)
    if key.identifier != identifier:
        raise ValueError("its id does not fit")
    return key


def _text(key: seal.PublicKey, held: bytes) -> str:
    return f"{key.name}+{key.identifier.hex()}+{base64.b64encode(seal.ED25519 + held).decode()}"


def _parts(text: str) -> tuple[str, bytes, bytes]:
    """Name, id and 32 bytes of key."""
    try:
        name, identifier, held = text.split("+", 2)
        content = base64.b64decode(held, validate=True)
        found = bytes.fromhex(identifier)
    except ValueError:
        raise ValueError("it is no key of a log") from None
    if name.split() != [name] or content[:1] != seal.ED25519 or len(content) != 1 + seal.KEY_BYTES:
        raise ValueError("it is no key of a log")
    return name, found, content[1:]
