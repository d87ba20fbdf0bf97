"""All cryptography, in one file: digests of what a run knew, sealed files, certificates for TLS, keys of the log.

>>> digest_bytes([b"a", b"b"]) == digest_bytes([b"ab"])
False
>>> sealed = io.BytesIO()
>>> with Sealer(sealed, "correct horse battery", strength=10) as out:
...     _ = out.write(b"the register")
>>> Opener(io.BytesIO(sealed.getvalue()), "correct horse battery").read()
b'the register'
"""

from __future__ import annotations

import hashlib
import hmac
import io
import ipaddress
import secrets
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO, Literal

import polars as pl

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from typing_extensions import Buffer


def digest_bytes(parts: Iterable[bytes]) -> str:
    """SHA-256, as hex, over length-prefixed parts, so that moving a boundary changes the digest."""
    running = hashlib.sha256()
    for part in parts:
        running.update(len(part).to_bytes(8, "big"))
        running.update(part)
    return running.hexdigest()


def digest_tables(tables: Mapping[str, pl.DataFrame]) -> str:
    """Digest of named frames: names, columns and values, independent of the order of the tables."""
    parts: list[bytes] = []
    for name in sorted(tables):
        parts.append(name.encode())
        parts.append(tables[name].write_csv().encode())
    return digest_bytes(parts)


# Files sealed with a passphrase.
#
# header | chunk 0 | chunk 1 | ... | last chunk
# header: magic, version, strength of scrypt, size of a chunk, salt, prefix of the nonces; then its HMAC-SHA256.
# chunk:  AES-256-GCM of at most CHUNK bytes; nonce = prefix, number of the chunk, 1 for the last one and 0 for others;
#         authenticated with it: the header. So a chunk that is changed, moved, left out or added is found, and so is
#         an end that was cut off (the construction STREAM of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
# Keys:   scrypt (RFC 7914) of the passphrase gives 64 bytes: 32 for AES, 32 for the HMAC, by which a wrong passphrase
#         is told from a damaged file.

MAGIC = b"RASRSEAL"
VERSION = 1
STRENGTH = 17
"""Cost of scrypt, N = 2^strength; with r = 8 it takes 1 kB times N of memory: 128 MB."""
STRENGTHS = range(10, 19)
"""What an opener takes: more would let a foreign file fill the memory."""
CHUNK = 64 * 1024
_BLOCK, _LANES, _TAG, _MAC = 8, 1, 16, 32
_HEADER = struct.Struct(">8sHBI16s7s")
_MOST_CHUNKS = 2**32

BrokenKind = Literal["foreign", "version", "passphrase", "damaged"]


class BrokenError(Exception):
    """A sealed file that cannot be opened.

    kind: foreign (not such a file), version (of another version of the program), passphrase (it does not fit, or the
    header was changed), damaged (changed or cut behind the header).
    """

    def __init__(self, kind: BrokenKind) -> None:
        super().__init__(kind)
        self.kind: BrokenKind = kind


def _keys(passphrase: str, salt: bytes, strength: int) -> tuple[AESGCM, bytes]:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # slow to load, and for sealed files only

    made = hashlib.scrypt(
        passphrase.encode(),
        salt=salt,
        n=2**strength,
        r=_BLOCK,
        p=_LANES,
        maxmem=2 * 128 * _BLOCK * 2**strength,
        dklen=64,
    )
    return AESGCM(made[:32]), made[32:]


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    if number >= _MOST_CHUNKS:
        raise OverflowError("a sealed file has at most 2^32 chunks")
    return prefix + number.to_bytes(4, "big") + bytes([last])


class Sealer(io.RawIOBase):
    """A file to write to: what goes in comes out sealed. Without ``close`` the result is cut, and found to be.

    Used with ``with``: where the body raises, no last chunk is written. strength: of scrypt, see STRENGTH.
    """

    def __init__(self, out: BinaryIO, passphrase: str, *, strength: int = STRENGTH) -> None:
        self._out, self._waiting, self._number = out, bytearray(), 0
        salt, self._prefix = secrets.token_bytes(16), secrets.token_bytes(7)
        self._header = _HEADER.pack(MAGIC, VERSION, strength, CHUNK, salt, self._prefix)
        self._aead, mac_key = _keys(passphrase, salt, strength)
        out.write(self._header + hmac.digest(mac_key, self._header, "sha256"))

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, content: Buffer, /) -> int:
        """Take plain bytes; a full chunk goes out as soon as it is known not to be the last."""
        plain = memoryview(content)
        self._waiting += plain
        while len(self._waiting) > CHUNK:
            self._emit(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return plain.nbytes

    def close(self) -> None:
        """Write the last chunk; what is underneath stays open."""
        if not self.closed:
            self._emit(bytes(self._waiting), last=True)
            self._waiting.clear()
        super().close()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Finish, unless the body raised."""
        if kind is None:
            self.close()
        else:
            self._waiting.clear()
            super().close()

    def __del__(self) -> None:
        """Never finish by accident: what was not closed stays cut."""

    def _emit(self, plain: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, last=last)
        self._out.write(self._aead.encrypt(nonce, plain, self._header))
        self._number += 1


class Opener(io.RawIOBase):
    """A file to read from: gives only bytes that were proved whole. Raises BrokenError, also while reading.

    The end of the bytes is given only after the last chunk was proved to be the last: whoever reads to the end knows
    that nothing is missing.
    """

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        self._source, self._number, self._plain, self._done = source, 0, memoryview(b""), False
        head = source.read(_HEADER.size + _MAC)
        if head[: len(MAGIC)] != MAGIC:
            raise BrokenError("foreign")
        if len(head) < _HEADER.size + _MAC:
            raise BrokenError("damaged")
        self._header = head[: _HEADER.size]
        _, version, strength, chunk, salt, self._prefix = _HEADER.unpack(self._header)
        if version != VERSION:
            raise BrokenError("version")
        if strength not in STRENGTHS or chunk != CHUNK:
            raise BrokenError("damaged")
        self._aead, mac_key = _keys(passphrase, salt, strength)
        if not hmac.compare_digest(hmac.digest(mac_key, self._header, "sha256"), head[_HEADER.size :]):
            raise BrokenError("passphrase")
        self._ahead = self._exactly(CHUNK + _TAG)

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, place: Buffer, /) -> int:
        """Fill a buffer, as of a raw file: 0 at the end."""
        while not self._plain and not self._done:
            self._next()
        room = memoryview(place).cast("B")
        size = min(len(room), len(self._plain))
        room[:size] = self._plain[:size]
        self._plain = self._plain[size:]
        return size

    def _next(self) -> None:
        from cryptography.exceptions import InvalidTag  # slow to load, and for sealed files only

        sealed, self._ahead = self._ahead, self._exactly(CHUNK + _TAG)
        last = not self._ahead
        try:
            plain = self._aead.decrypt(_nonce(self._prefix, self._number, last=last), sealed, self._header)
        except (InvalidTag, ValueError, OverflowError):
            raise BrokenError("damaged") from None
        self._number += 1
        self._plain, self._done = memoryview(plain), last

    def _exactly(self, size: int) -> bytes:
        """As many bytes as asked for, fewer only at the end: a source may give less at a time."""
        parts = bytearray()
        while len(parts) < size and (part := self._source.read(size - len(parts))):
            parts += part
        return bytes(parts)


# Certificates: a node's own authority and what it certifies. P-256 and SHA-256, which every browser takes.

_BEFORE = timedelta(hours=1)
"""A certificate holds from a little before it was made: clocks in a closed network differ."""


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key, both PEM."""

    certificate: bytes
    key: bytes


@dataclass(frozen=True)
class Seen:
    """What a certificate says. names: of servers, addresses included. fingerprint: SHA-256, in hex with colons."""

    subject: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    fingerprint: str


def make_authority(name: str, names: Sequence[str], *, now: datetime, days: int) -> Pair:
    """A new authority: may certify servers, no further authority, and only for ``names`` (and what lies below them).

    names: host names and IP addresses. now: with its time zone.
    """
    from cryptography import x509  # slow to load, and for certificates only
    from cryptography.hazmat.primitives import hashes

    key = _new_key()
    usage = _usage(key_cert_sign=True, crl_sign=True)
    constraints = x509.NameConstraints([_constraint(item) for item in names], excluded_subtrees=None)
    subject = _named(name)
    made = (
        _builder(subject, subject, key.public_key(), now, days)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(constraints, critical=True)
        .sign(key, hashes.SHA256())
    )
    return _pair(made, key)


def make_server(names: Sequence[str], authority: Pair, *, now: datetime, days: int) -> Pair:
    """A new server certificate for ``names``, by ``authority``; it ends no later than that. Raises ValueError.

    ValueError: the authority cannot be read, or its key does not fit.
    """
    from cryptography import x509  # slow to load, and for certificates only
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509.oid import ExtendedKeyUsageOID

    issuer = x509.load_pem_x509_certificate(authority.certificate)
    signer = serialization.load_pem_private_key(authority.key, None)
    if not isinstance(signer, EllipticCurvePrivateKey) or signer.public_key() != issuer.public_key():
        raise ValueError("the key of the authority does not fit its certificate")
    key = _new_key()
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    made = (
        _builder(_named(names[0]), issuer.subject, key.public_key(), now, days, issuer.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general(item) for item in names]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(signer, hashes.SHA256())
    )
    return _pair(made, key)


def look(certificate: bytes) -> Seen:
    """What the first certificate of a PEM file says. Raises ValueError where it is none."""
    from cryptography import x509  # slow to load, and for certificates only
    from cryptography.hazmat.primitives import hashes

    seen = x509.load_pem_x509_certificate(certificate)
    try:
        names = seen.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        names = x509.SubjectAlternativeName([])
    return Seen(
        subject=seen.subject.rfc4514_string(),
        names=(*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))),
        not_before=seen.not_valid_before_utc,
        not_after=seen.not_valid_after_utc,
        fingerprint=seen.fingerprint(hashes.SHA256()).hex(":").upper(),
    )


def limits(certificate: bytes) -> tuple[str, ...]:
    """The names and addresses an authority may certify; empty: it has no limits. Raises ValueError where it is none."""
    from cryptography import x509  # slow to load, and for certificates only

    seen = x509.load_pem_x509_certificate(certificate)
    try:
        found = seen.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    except x509.ExtensionNotFound:
        return ()
    # an address stands there as a network of one
    return tuple(str(item.value).partition("/")[0] for item in found)


def key_fits(certificate: bytes, key: bytes) -> bool:
    """Whether a private key belongs to the first certificate. Raises ValueError where one cannot be read."""
    from cryptography import x509  # slow to load, and for certificates only
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        loaded = load_pem_private_key(key, None)
    except TypeError as fault:
        raise ValueError("the key has a passphrase") from fault
    return bool(loaded.public_key() == x509.load_pem_x509_certificate(certificate).public_key())


def _new_key() -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec  # slow to load, and for certificates only

    return ec.generate_private_key(ec.SECP256R1())


def _named(name: str) -> x509.Name:
    from cryptography import x509  # slow to load, and for certificates only
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: EllipticCurvePublicKey,
    now: datetime,
    days: int,
    end: datetime | None = None,
) -> x509.CertificateBuilder:
    from cryptography import x509  # slow to load, and for certificates only

    until = now + timedelta(days=days)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(until if end is None else min(until, end))
    )


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    from cryptography import x509  # slow to load, and for certificates only

    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general(name: str) -> x509.GeneralName:
    """A name of a server: an address where it reads as one."""
    from cryptography import x509  # slow to load, and for certificates only

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _constraint(name: str) -> x509.GeneralName:
    """The same as a limit of an authority: one address is a network of one."""
    from cryptography import x509  # slow to load, and for certificates only

    try:
        return x509.IPAddress(ipaddress.ip_network(name))
    except ValueError:
        return x509.DNSName(name)


def _pair(certificate: x509.Certificate, key: EllipticCurvePrivateKey) -> Pair:
    from cryptography.hazmat.primitives import serialization  # slow to load, and for certificates only

    return Pair(
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )


# Keys of the transparency log: Ed25519 (RFC 8032) signs checkpoints, keyed BLAKE2b (RFC 7693) seals leaves.

ED25519 = b"\x01"
"""The kind of key and signature, as signed notes of C2SP number them."""
KEY_BYTES = 32


@dataclass(frozen=True)
class PublicKey:
    """What signatures of a log are checked with. name: without spaces and "+". key: 32 bytes."""

    name: str
    key: bytes

    @property
    def identifier(self) -> bytes:
        """The first 4 bytes of a digest of name and key: which key a signature says it is by."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.key).digest()[:4]

    def fits(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature over the message is by this key."""
        from cryptography.exceptions import InvalidSignature  # slow to load, and for the log only
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, repr=False)
class SigningKey:
    """What checkpoints of a log are signed with; from its seed the key that seals leaves is derived, too."""

    name: str
    seed: bytes

    @cached_property
    def public(self) -> PublicKey:
        """What may be told of it."""
        return PublicKey(self.name, self._key.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """The signature over a message: 64 bytes."""
        return self._key.sign(message)

    def derive(self, purpose: str) -> bytes:
        """Another key of 32 bytes, for one purpose (HKDF, RFC 5869)."""
        from cryptography.hazmat.primitives.hashes import SHA256  # slow to load, and for the log only
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(self.seed)

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # slow to load

        return Ed25519PrivateKey.from_private_bytes(self.seed)


def new_signing_key(prefix: str) -> SigningKey:
    """A new key; its name is the prefix and a digest of its public part, so that no two logs share a name."""
    key = SigningKey(prefix, secrets.token_bytes(KEY_BYTES))
    return SigningKey(f"{prefix}/{hashlib.sha256(key.public.key).hexdigest()[:16]}", key.seed)


def mac(key: bytes, content: bytes) -> bytes:
    """BLAKE2b with a key (RFC 7693): 32 bytes, in a quarter of the time of an HMAC."""
    return hashlib.blake2b(content, key=key, digest_size=32).digest()


def mac_fits(key: bytes, content: bytes, given: bytes) -> bool:
    """Whether this was made of the content by ``mac`` with this key."""
    return hmac.compare_digest(mac(key, content), given)
