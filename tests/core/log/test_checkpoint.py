"""Notes are those that others write and read, byte for byte; what does not fit is refused, with the reason."""

from __future__ import annotations

import base64
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.log.made import KEY, OTHER, START

from rasr.core.basis import seal
from rasr.core.basis.findings import Refused
from rasr.core.log import checkpoint, keys, tree

# the example of golang.org/x/mod/sumdb/note, the reference of the format
SIGNING = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
NOTE = f"{TEXT}\n— PeterNeumann {SIGNATURE}\n"

MADE = checkpoint.Checkpoint(KEY.name, 3, tree.leaf_hash(b"x"), START)
SIGNED = checkpoint.sign(MADE, KEY)


def test_keys_are_written_as_others_write_them() -> None:
    key = keys.read_signing(f"{SIGNING}\n")
    assert keys.write_signing(key) == SIGNING
    assert keys.write_public(key.public) == PUBLIC
    assert keys.read_public(f" {PUBLIC}\n") == key.public
    assert key.public.identifier.hex() == "c74f20a3"


def test_a_published_note_is_read_and_signed_alike() -> None:
    key = keys.read_signing(SIGNING)
    assert checkpoint.opened(NOTE, key.public) == TEXT
    assert base64.b64encode(key.public.identifier + key.sign(TEXT.encode())).decode() == SIGNATURE


def test_what_is_signed_comes_back() -> None:
    assert checkpoint.read(SIGNED, KEY.public) == MADE
    untimed = checkpoint.Checkpoint(KEY.name, 0, tree.EMPTY)
    assert checkpoint.read(checkpoint.sign(untimed, KEY), KEY.public) == untimed


def test_other_signatures_and_further_lines_may_stand_with_it() -> None:
    text = MADE.text() + "more\n"
    mine = base64.b64encode(KEY.public.identifier + KEY.sign(text.encode())).decode()
    other = base64.b64encode(b"1234" + bytes(64)).decode()
    note = f"{text}\n— other {other}\n— {KEY.name} {mine}\n— {KEY.name} {other}\n"
    assert checkpoint.read(note, KEY.public) == MADE


@given(st.integers(0, len(SIGNED) - 1), st.characters())
@settings(max_examples=300, deadline=None)
def test_no_sign_can_be_changed(place: int, sign: str) -> None:
    changed = SIGNED[:place] + sign + SIGNED[place + 1 :]
    if changed == SIGNED:
        return
    with pytest.raises(Refused) as refused:
        checkpoint.read(changed, KEY.public)
    assert refused.value.code in ("note_damaged", "note_of_another", "note_forged")


@given(st.integers(0, len(SIGNED) - 1))
@settings(max_examples=100, deadline=None)
def test_a_cut_note_is_refused(size: int) -> None:
    with pytest.raises(Refused):
        checkpoint.read(SIGNED[:size], KEY.public)


def signed(text: str) -> str:
    held = base64.b64encode(KEY.public.identifier + KEY.sign(text.encode())).decode()
    return f"{text}\n— {KEY.name} {held}\n"


ROOT = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"other\n3\n{ROOT}\n", "note_of_another"),
        ("example\n3\n", "note_damaged"),
        (f"example\n-3\n{ROOT}\n", "note_damaged"),
        (f"example\n03\n{ROOT}\n", "note_damaged"),
        (f"example\n٣\n{ROOT}\n", "note_damaged"),
        (f"example\n{'9' * 5000}\n{ROOT}\n", "note_damaged"),
        (f"example\n3\n{ROOT[:-4]}\n", "note_damaged"),
        (f"example\n3\n{ROOT[:-2]}B=\n", "note_damaged"),
        ("example\n3\nno root\n", "note_damaged"),
        (f"example\n3\n{ROOT}\ntime yesterday\n", "note_damaged"),
        (f"example\n3\n{ROOT}\ntime 2027-05-31T12:00:00\n", "note_damaged"),
        (f"example\n3\n{ROOT}\ntime {START.isoformat()}\ntime {START.isoformat()}\n", "note_damaged"),
        (f"example\n3\n{ROOT}\n\nmore\n", "note_damaged"),
    ],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        checkpoint.read(signed(text), KEY.public)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ("", "note_damaged"),
        (SIGNED[:-1], "note_damaged"),
        (SIGNED + "\n", "note_damaged"),
        (SIGNED.replace("—", "-"), "note_damaged"),
        (SIGNED.replace("\n—", "\r\n—"), "note_damaged"),
        (checkpoint.sign(MADE, OTHER), "note_of_another"),
        (SIGNED.replace("\n3\n", "\n4\n"), "note_forged"),
        (SIGNED.replace("12:00", "12:01"), "note_forged"),
        (f"{MADE.text()}\n— example {base64.b64encode(KEY.public.identifier + bytes(64)).decode()}\n", "note_forged"),
    ],
)
def test_a_note_that_does_not_fit_is_refused(note: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        checkpoint.read(note, KEY.public)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        PUBLIC[:-1],
        PUBLIC.replace("c74f", "c74e"),
        PUBLIC.replace("+ARp", "+ZRp"),
        PUBLIC.replace("Peter", "Peter "),
        PUBLIC.replace("PeterNeumann", ""),
        "a+00000000+AQ==",
        SIGNING,
    ],
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"it is|its id"):
        keys.read_public(text)


@pytest.mark.parametrize("text", ["", PUBLIC, SIGNING[:-4], SIGNING.replace("c74f", "c74e")])
def test_what_is_no_signing_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"it is|its id"):
        keys.read_signing(text)


def test_new_keys_have_names_of_their_own() -> None:
    one, other = seal.new_signing_key("rasr-log"), seal.new_signing_key("rasr-log")
    assert one.name != other.name
    assert keys.read_signing(keys.write_signing(one)).seed == one.seed
    assert not one.public.fits(b"x", other.sign(b"x"))
    assert one.public.fits(b"x", one.sign(b"x"))


def test_the_secret_is_not_shown_by_accident() -> None:
    assert KEY.seed.hex() not in repr(KEY)
    assert repr(KEY.seed) not in repr(KEY)


def test_keys_for_other_purposes_are_others() -> None:
    assert len({KEY.derive("one"), KEY.derive("two"), OTHER.derive("one"), KEY.seed}) == 4
    assert KEY.derive("one") == KEY.derive("one")
    made = seal.mac(KEY.derive("one"), b"x")
    assert seal.mac_fits(KEY.derive("one"), b"x", made)
    assert not seal.mac_fits(KEY.derive("two"), b"x", made)
    assert not seal.mac_fits(KEY.derive("one"), b"x", b"")


def test_a_derived_key_is_that_of_the_standard() -> None:
    # RFC 5869, appendix A.3: without salt and info, of 32 bytes the first part of the okm
    key = seal.SigningKey("a", bytes.fromhex("0b" * 22))
    assert key.derive("").hex() == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"


def test_time_keeps_its_zone() -> None:
    here = datetime.fromisoformat("2027-05-31T14:00:00+02:00")
    made = checkpoint.Checkpoint(KEY.name, 1, bytes(32), here)
    assert checkpoint.read(checkpoint.sign(made, KEY), KEY.public).at == here
