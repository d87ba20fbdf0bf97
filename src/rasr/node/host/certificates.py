"""The node's certificates, in the folder ``tls`` of its home: of its own authority, and of the server.

The authority is made once and trusted by hand on every machine; the server's certificate is renewed under it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rasr.core.basis import seal
from rasr.core.basis.findings import Refused
from rasr.node.config import NodeConfig
from rasr.node.web.private import private_folder, write_private

FOLDER, AUTHORITY, SERVER = "tls", "ca", "server"
AUTHORITY_DAYS, SERVER_DAYS = 3650, 397
"""Assumed: ten years, and a year with a month to renew in."""
MOST_SERVER_DAYS = 825
"""What Apple's systems accept of an authority trusted by hand."""
OWN_NAMES = ("localhost", "127.0.0.1", "::1")
"""Always certified. With a name and an address of each kind in the limits of the authority, all others are outside."""
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")


@dataclass(frozen=True)
class Files:
    """A certificate and its key."""

    certificate: Path
    key: Path

    @classmethod
    def of(cls, home: Path, name: str) -> Files:
        """Those of ``name`` in the home folder."""
        return cls(home / FOLDER / f"{name}.crt", home / FOLDER / f"{name}.key")

    def read(self) -> seal.Pair:
        """Both. Raises Refused("certificate_unreadable")."""
        return seal.Pair(_content(self.certificate), _content(self.key))

    def write(self, pair: seal.Pair) -> None:
        """Both, readable by their owner only; the key first, so that a certificate never stands without its key."""
        private_folder(self.key.parent)
        write_private(self.key, pair.key)
        write_private(self.certificate, pair.certificate)


@dataclass(frozen=True)
class Authority:
    """What others must know to trust this node. content: PEM."""

    content: bytes
    fingerprint: str
    not_after: datetime


@dataclass(frozen=True)
class Made:
    """What ``make`` did. new_authority: it must be trusted anew everywhere."""

    names: tuple[str, ...]
    not_after: datetime
    fingerprint: str
    new_authority: bool


def make(home: Path, names: Iterable[str], *, now: datetime, days: int = SERVER_DAYS, renew: bool = False) -> Made:
    """Make the server's certificate, and the authority where there is none. No names: those of the last one.

    Raises Refused: certificate_exists (without renew), certificate_name, certificate_expired (the authority),
    certificate_unreadable, certificate_key, out_of_range (days).
    """
    if not 1 <= days <= MOST_SERVER_DAYS:
        raise Refused("out_of_range", quantity="--days", minimum=1, maximum=MOST_SERVER_DAYS, unit="days", value=days)
    authority, server = Files.of(home, AUTHORITY), Files.of(home, SERVER)
    wanted = [_checked(name) for name in names]
    if server.certificate.exists() and not renew:
        raise Refused("certificate_exists", path=str(server.certificate))
    if not wanted and server.certificate.exists():
        wanted = list(_look(server.certificate).names)
    wanted = list(dict.fromkeys([*wanted, *OWN_NAMES]))
    new = not authority.certificate.exists()
    if new:
        authority.write(seal.make_authority(f"RASR node {wanted[0]}", wanted, now=now, days=AUTHORITY_DAYS))
    _holds(authority, now)
    pair = _certified(authority, wanted, now, days)
    server.write(pair)
    made = seal.look(pair.certificate)
    return Made(made.names, made.not_after, _look(authority.certificate).fingerprint, new)


def of_server(config: NodeConfig, *, now: datetime) -> Files | None:
    """The certificate to serve with, proved to hold now; None: there is none, so no TLS.

    That of the settings, else that of the home folder. Raises Refused: certificate_unreadable, certificate_expired,
    certificate_not_yet, certificate_key.
    """
    if config.certificate or config.key:
        files = Files(_in(config.home, config.certificate), _in(config.home, config.key))
    else:
        files = Files.of(config.home, SERVER)
        if not files.certificate.exists():
            return None
    _holds(files, now)
    return files


def authority_of(config: NodeConfig) -> Authority | None:
    """The node's own authority; None where it has none, or serves with a certificate from elsewhere."""
    path = Files.of(config.home, AUTHORITY).certificate
    if config.certificate or not path.exists():
        return None
    seen = _look(path)
    return Authority(_content(path), seen.fingerprint, seen.not_after)


def _in(home: Path, path: str) -> Path:
    """A path of the settings; one that is not absolute is meant from the home folder."""
    return home / path


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise Refused("certificate_unreadable", path=str(path), reason=fault.strerror or "it cannot be read") from fault


def _look(path: Path) -> seal.Seen:
    try:
        return seal.look(_content(path))
    except ValueError as fault:
        raise Refused("certificate_unreadable", path=str(path), reason="it is no certificate in PEM") from fault


def _holds(files: Files, now: datetime) -> None:
    """Refuse a certificate whose time has not come or is over, or whose key is another's."""
    seen, path = _look(files.certificate), str(files.certificate)
    if now >= seen.not_after:
        raise Refused("certificate_expired", path=path, day=seen.not_after.date().isoformat())
    if now < seen.not_before:
        raise Refused("certificate_not_yet", path=path, day=seen.not_before.date().isoformat())
    pair = files.read()
    try:
        fits = seal.key_fits(pair.certificate, pair.key)
    except ValueError as fault:
        raise Refused("certificate_unreadable", path=str(files.key), reason="it is no key in PEM") from fault
    if not fits:
        raise Refused("certificate_key", path=path, key=str(files.key))


def _certified(authority: Files, names: list[str], now: datetime, days: int) -> seal.Pair:
    pair = authority.read()
    allowed = seal.limits(pair.certificate)
    for name in names:
        if not _within(name, allowed):
            raise Refused(
                "certificate_name", name=name, known=", ".join(allowed), path=str(authority.certificate.parent)
            )
    return seal.make_server(names, pair, now=now, days=days)


def _within(name: str, allowed: tuple[str, ...]) -> bool:
    """Whether an authority with these limits may certify a name: one of them, or below a host name of them."""
    return not allowed or name in allowed or any(name.endswith(f".{limit}") for limit in allowed)


def _checked(name: str) -> str:
    """A host name or an address as it stands in certificates. Raises Refused("bad_option")."""
    text = name.strip().strip("[]").lower()
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass  # then it may be a name
    if _HOST.fullmatch(text) is None:
        raise Refused("bad_option", option="--name", reason=f"{name!r} is neither a host name nor an address")
    return text
