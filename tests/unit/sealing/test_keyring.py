import secrets
from typing import Any

import pytest

from shared.sealing import Keyring
from shared.sealing.keyring import KeyringUnusable

KEK = secrets.token_bytes(32)


def test_a_wrapped_ring_opens_with_the_same_key_encryption_key() -> None:
    ring = Keyring.generate("data").with_new_primary()
    opened = Keyring.unwrap("data", ring.wrap(KEK), KEK)
    assert opened.key_ids == ring.key_ids
    assert all(opened.key(key_id) == ring.key(key_id) for key_id in ring.key_ids)


def test_the_wrapped_form_holds_no_key() -> None:
    ring = Keyring.generate("data")
    assert ring.key(ring.primary).hex() not in str(ring.wrap(KEK))


def test_another_key_encryption_key_does_not_open_it() -> None:
    with pytest.raises(KeyringUnusable, match="not wrapped by this"):
        Keyring.unwrap("data", Keyring.generate("data").wrap(KEK), secrets.token_bytes(32))


def test_a_ring_of_one_purpose_does_not_open_as_another() -> None:
    with pytest.raises(KeyringUnusable):
        Keyring.unwrap("index", Keyring.generate("data").wrap(KEK), KEK)


def test_a_key_moved_under_another_id_does_not_open() -> None:
    document = Keyring.generate("data").wrap(KEK)
    document["keys"][0]["id"] = document["primary"] = "kother"
    with pytest.raises(KeyringUnusable):
        Keyring.unwrap("data", document, KEK)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"keys": []},
        {"primary": "k1", "keys": []},
        {"primary": "k1", "keys": [{"id": "k1"}]},
        {"primary": "k1", "keys": [{"id": "k1", "wrapped": "?"}]},
        {"primary": "k1", "keys": [{"id": "k1", "wrapped": ""}]},
        {"primary": "k1", "keys": 7},
    ],
)
def test_what_is_not_a_keyring_is_said_to_be_none(document: dict[str, Any]) -> None:
    with pytest.raises(KeyringUnusable):
        Keyring.unwrap("data", document, KEK)


@pytest.mark.parametrize("key_id", ["", "k" * 17, "k|1", "kü1"])
def test_key_ids_are_short_and_plain(key_id: str) -> None:
    with pytest.raises(KeyringUnusable):
        Keyring("data", key_id, {key_id: secrets.token_bytes(32)})


def test_a_short_key_is_refused() -> None:
    with pytest.raises(KeyringUnusable):
        Keyring("data", "k1", {"k1": b"short"})


def test_the_primary_cannot_be_retired() -> None:
    ring = Keyring.generate("data")
    with pytest.raises(KeyringUnusable, match="rotate first"):
        ring.without(ring.primary)
