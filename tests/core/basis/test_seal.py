"""What is sealed comes back, and nothing else does; certificates say what they must."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasr.core.basis import seal

PASSPHRASE = "correct horse battery"
CHEAP = 10
NOW = datetime(2027, 5, 31, 12, tzinfo=UTC)
HEADER = seal._HEADER.size + 32
STRIDE = seal.CHUNK + 16


def sealed(plain: bytes, passphrase: str = PASSPHRASE) -> bytes:
    out = io.BytesIO()
    with seal.Sealer(out, passphrase, strength=CHEAP) as sealer:
        sealer.write(plain)
    return out.getvalue()


def opened(content: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return seal.Opener(io.BytesIO(content), passphrase).read()


PLAIN = bytes(range(256)) * 600
"""Two full chunks and a part."""
WHOLE = sealed(PLAIN)


@pytest.mark.parametrize("size", [0, 1, seal.CHUNK - 1, seal.CHUNK, seal.CHUNK + 1, 3 * seal.CHUNK])
def test_what_is_sealed_comes_back(size: int) -> None:
    plain = bytes(size)
    assert opened(sealed(plain)) == plain
    assert len(sealed(plain)) == HEADER + size + 16 * max(1, -(-size // seal.CHUNK))


def test_written_in_pieces_or_at_once_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal.secrets, "token_bytes", bytes)
    out = io.BytesIO()
    with seal.Sealer(out, PASSPHRASE, strength=CHEAP) as sealer:
        for start in range(0, len(PLAIN), 1000):
            sealer.write(PLAIN[start : start + 1000])
    assert out.getvalue() == sealed(PLAIN)


def test_two_sealings_of_the_same_differ_and_hide_it() -> None:
    assert sealed(PLAIN) != WHOLE
    assert bytes(range(64)) not in WHOLE


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 7))
@settings(max_examples=150, deadline=None)
def test_a_flipped_bit_is_found_wherever_it_is(place: int, bit: int) -> None:
    broken = bytearray(WHOLE)
    broken[place] ^= 1 << bit
    with pytest.raises(seal.BrokenError):
        opened(bytes(broken))


@given(st.integers(0, len(WHOLE) - 1))
@settings(max_examples=100, deadline=None)
def test_a_cut_is_found_wherever_it_is(size: int) -> None:
    with pytest.raises(seal.BrokenError):
        opened(WHOLE[:size])


@pytest.mark.parametrize("size", [HEADER, HEADER + STRIDE, HEADER + 2 * STRIDE])
def test_a_cut_between_chunks_is_found(size: int) -> None:
    with pytest.raises(seal.BrokenError) as broken:
        opened(WHOLE[:size])
    assert broken.value.kind == "damaged"


def test_chunks_that_are_swapped_or_repeated_or_added_are_found() -> None:
    head, first, second = WHOLE[:HEADER], WHOLE[HEADER : HEADER + STRIDE], WHOLE[HEADER + STRIDE : HEADER + 2 * STRIDE]
    last = WHOLE[HEADER + 2 * STRIDE :]
    for changed in (head + second + first + last, head + first + first + last, head + first + last, WHOLE + last):
        with pytest.raises(seal.BrokenError):
            opened(changed)


def test_each_kind_of_wrong_has_its_name() -> None:
    later = WHOLE[:8] + b"\x00\x02" + WHOLE[10:]
    costly = WHOLE[:10] + b"\x1e" + WHOLE[11:]  # would take a terabyte of memory
    kinds = {
        "foreign": b"PK\x03\x04 a workbook",
        "version": later,
        "damaged": costly,
    }
    for kind, content in kinds.items():
        with pytest.raises(seal.BrokenError) as broken:
            opened(content)
        assert broken.value.kind == kind
    with pytest.raises(seal.BrokenError) as broken:
        opened(WHOLE, "another passphrase")
    assert broken.value.kind == "passphrase"


def test_where_the_body_raises_the_file_stays_cut() -> None:
    out = io.BytesIO()

    def write(sealer: seal.Sealer) -> None:
        with sealer:
            sealer.write(PLAIN)
            raise KeyError

    with pytest.raises(KeyError):
        write(seal.Sealer(out, PASSPHRASE, strength=CHEAP))
    with pytest.raises(seal.BrokenError):
        opened(out.getvalue())


def test_a_source_that_gives_little_at_a_time_is_read_whole() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 777))

    assert seal.Opener(Slow(WHOLE), PASSPHRASE).read() == PLAIN


def test_a_certificate_names_its_server_and_ends_no_later_than_its_authority() -> None:
    authority = seal.make_authority("A", ["localhost", "127.0.0.1"], now=NOW, days=10)
    server = seal.make_server(["localhost", "127.0.0.1"], authority, now=NOW, days=400)
    seen, above = seal.look(server.certificate), seal.look(authority.certificate)
    assert seen.names == ("localhost", "127.0.0.1")
    assert seen.not_after == above.not_after == NOW + timedelta(days=10)
    assert seal.limits(authority.certificate) == ("localhost", "127.0.0.1")
    assert seal.limits(server.certificate) == ()
    assert len(above.fingerprint.split(":")) == 32
    assert seal.key_fits(server.certificate, server.key)
    assert not seal.key_fits(server.certificate, authority.key)


def test_an_authority_without_its_own_key_certifies_nothing() -> None:
    one, other = (seal.make_authority("A", ["localhost"], now=NOW, days=10) for _ in range(2))
    with pytest.raises(ValueError, match="does not fit"):
        seal.make_server(["localhost"], seal.Pair(one.certificate, other.key), now=NOW, days=10)
