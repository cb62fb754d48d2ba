import re
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sealing import BlindIndex, Keyring, WorkerKeys

KEYS = WorkerKeys(secrets.token_bytes(32))
RING = Keyring.generate("index")
INDEX = BlindIndex(RING)
NIK, KPJ, PASSPORT = "3671015203900001", "12345678901", "C1234567"


def test_the_worker_key_is_of_the_first_identifier_there_is() -> None:
    keys = [
        KEYS.worker_key(nik=NIK, kpj=KPJ, passport=PASSPORT, document_id="d"),
        KEYS.worker_key(nik=None, kpj=KPJ, passport=PASSPORT, document_id="d"),
        KEYS.worker_key(nik="", kpj="", passport=PASSPORT, document_id="d"),
        KEYS.worker_key(document_id="d"),
    ]
    assert [key[:2] for key in keys] == ["n:", "k:", "p:", "d:"]
    assert keys[0] == KEYS.worker_key(nik=NIK)


def test_a_worker_key_needs_something_to_stand_for() -> None:
    with pytest.raises(ValueError, match="needs a NIK"):
        KEYS.worker_key()


@given(st.text(alphabet="0123456789", min_size=11, max_size=16))
def test_no_identifier_shows_in_a_hash(identifier: str) -> None:
    for shown in (KEYS.worker_key(nik=identifier), INDEX.nik(identifier), repr(KEYS), repr(INDEX)):
        assert identifier not in shown


def test_hashes_have_the_form_that_events_ask_for() -> None:
    assert re.fullmatch(r"n:[0-9a-f]{64}", KEYS.worker_key(nik=NIK))
    assert re.fullmatch(r"i[0-9A-Za-z]{1,16}:[0-9a-f]{24}", INDEX.nik(NIK))


def test_the_same_text_as_another_kind_has_another_hash() -> None:
    assert len({INDEX.nik(KPJ), INDEX.kpj(KPJ), INDEX.passport(KPJ), INDEX.of("phone", KPJ)}) == 4
    assert KEYS.worker_key(nik=KPJ)[2:] != KEYS.worker_key(kpj=KPJ)[2:]


def test_another_secret_gives_another_hash() -> None:
    assert WorkerKeys(secrets.token_bytes(32)).worker_key(nik=NIK) != KEYS.worker_key(nik=NIK)
    assert BlindIndex(Keyring.generate("index")).nik(NIK).split(":")[1] != INDEX.nik(NIK).split(":")[1]


def test_after_a_rotation_a_look_up_finds_old_rows_and_new_ones() -> None:
    rotated = BlindIndex(RING.with_new_primary())
    assert rotated.nik(NIK) != INDEX.nik(NIK)
    assert rotated.all("nik", NIK) == (rotated.nik(NIK), INDEX.nik(NIK))


def test_an_erasure_names_every_key_the_worker_may_have() -> None:
    assert KEYS.all(nik=NIK, passport=PASSPORT) == (KEYS.worker_key(nik=NIK), KEYS.worker_key(passport=PASSPORT))


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        WorkerKeys(b"short")
