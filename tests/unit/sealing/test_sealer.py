import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Unreadable
from shared.sealing import Keyring, Sealed, Sealer
from shared.sealing.sealer import key_id_of

RING = Keyring.generate("data")
SEALER = Sealer(RING)
CANARY = b"3671015203900001 Siti Aminah S67.0"


@given(st.binary(max_size=5000), st.integers(min_value=1, max_value=2**40))
def test_what_was_sealed_opens_again_in_both_forms(plaintext: bytes, version: int) -> None:
    sealed = SEALER.seal(plaintext, type="t", id="i", version=version)
    blob = SEALER.seal_bytes(plaintext, type="t", id="i", version=version)
    assert SEALER.open(sealed, type="t", id="i", version=version) == plaintext
    assert SEALER.open_bytes(blob, type="t", id="i", version=version) == plaintext


@pytest.mark.parametrize(
    ("type_", "id_", "version"), [("other", "i", 1), ("t", "other", 1), ("t", "i", 2), ("t|i", "", 1)]
)
def test_a_sealed_part_opens_only_as_what_it_was_sealed_as(type_: str, id_: str, version: int) -> None:
    sealed = SEALER.seal(CANARY, type="t", id="i", version=1)
    with pytest.raises((Unreadable, ValueError)) as refused:
        SEALER.open(sealed, type=type_, id=id_, version=version)
    assert "Siti" not in str(refused.value)


def test_a_type_that_would_make_the_binding_ambiguous_is_refused() -> None:
    with pytest.raises(ValueError, match="must not contain"):
        SEALER.seal(CANARY, type="a|b", id="c", version=1)


@given(st.data())
def test_changing_any_byte_of_the_compact_form_is_noticed(data: st.DataObject) -> None:
    blob = bytearray(SEALER.seal_bytes(CANARY, type="t", id="i", version=1))
    at = data.draw(st.integers(min_value=0, max_value=len(blob) - 1))
    blob[at] ^= data.draw(st.integers(min_value=1, max_value=255))
    with pytest.raises(Unreadable):
        SEALER.open_bytes(bytes(blob), type="t", id="i", version=1)


@given(st.binary(max_size=64))
def test_bytes_that_were_never_sealed_are_unreadable(blob: bytes) -> None:
    with pytest.raises(Unreadable):
        SEALER.open_bytes(blob, type="t", id="i", version=1)


@given(st.integers(min_value=0))
def test_a_compact_form_that_was_cut_short_is_unreadable(length: int) -> None:
    blob = SEALER.seal_bytes(CANARY, type="t", id="i", version=1)
    with pytest.raises(Unreadable):
        SEALER.open_bytes(blob[: length % len(blob)], type="t", id="i", version=1)


def test_a_key_that_is_not_in_the_ring_is_named_as_the_reason() -> None:
    sealed = Sealer(Keyring.generate("data")).seal(CANARY, type="t", id="i", version=1)
    with pytest.raises(Unreadable) as refused:
        SEALER.open(sealed, type="t", id="i", version=1)
    assert refused.value.code == "sealing.unknown-key"


def test_after_a_rotation_new_seals_take_the_new_key_and_old_ones_still_open() -> None:
    before = SEALER.seal_bytes(CANARY, type="t", id="i", version=1)
    rotated = Sealer(RING.with_new_primary())
    after = rotated.seal_bytes(CANARY, type="t", id="i", version=1)
    assert key_id_of(before) == RING.primary
    assert key_id_of(after) == rotated.primary_key_id != RING.primary
    assert rotated.open_bytes(before, type="t", id="i", version=1) == CANARY


def test_after_a_key_is_retired_what_it_sealed_is_gone() -> None:
    before = SEALER.seal_bytes(CANARY, type="t", id="i", version=1)
    shredded = Sealer(RING.with_new_primary().without(RING.primary))
    with pytest.raises(Unreadable):
        shredded.open_bytes(before, type="t", id="i", version=1)


def test_the_same_text_never_looks_the_same_sealed() -> None:
    seals = [SEALER.seal(CANARY, type="t", id="i", version=1) for _ in range(100)]
    assert len({sealed.nonce for sealed in seals}) == 100
    assert len({sealed.ciphertext for sealed in seals}) == 100


def test_nothing_of_the_text_or_the_keys_shows() -> None:
    sealed = SEALER.seal(CANARY, type="t", id="i", version=1)
    shown = f"{sealed!r} {SEALER!r} {RING!r} {RING.__dict__.keys()}"
    key = RING.key(RING.primary)
    assert CANARY not in sealed.ciphertext
    assert "Siti" not in shown
    assert key.hex() not in shown
    assert repr(key) not in shown
    with pytest.raises(TypeError):
        pickle.dumps(RING)


def test_a_sealed_part_compares_by_value() -> None:
    assert Sealed("k", b"n", b"c") == Sealed("k", b"n", b"c")
