"""A keyring: several 256-bit keys with ids, one of them primary, wrapped by a key-encryption key (KEK).

The wrapped form is a JSON document that may lie beside the service; only the KEK is precious. Each key is wrapped
by AES-256-GCM with the keyring's purpose and the key's id as associated data, so that a key moved to another ring
or under another id does not unwrap.
"""

import secrets
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID_LENGTH_MAX = 16


class KeyringUnusable(ValueError):
    """The keyring cannot be used: malformed, wrapped by another key-encryption key, or without its primary.

    A configuration error, so a service that meets it refuses to start. The text holds key ids, never keys.
    """


class Keyring:
    """Open keys in memory. `repr` shows ids only; the object does not pickle."""

    def __init__(self, purpose: str, primary: str, keys: Mapping[str, bytes]) -> None:
        if primary not in keys:
            raise KeyringUnusable(f"the {purpose} keyring has no key {primary!r}, which it names as primary")
        for key_id, key in keys.items():
            if not 0 < len(key_id) <= KEY_ID_LENGTH_MAX or not key_id.isalnum() or not key_id.isascii():
                raise KeyringUnusable(f"the {purpose} keyring has an id that is not 1 to 16 letters and digits")
            if len(key) != KEY_BYTES:
                raise KeyringUnusable(f"key {key_id!r} of the {purpose} keyring is not {KEY_BYTES} bytes long")
        self.purpose = purpose
        self.primary = primary
        self._keys = dict(keys)

    @classmethod
    def generate(cls, purpose: str) -> "Keyring":
        """A new ring with one random key."""
        key_id = _new_key_id()
        return cls(purpose, key_id, {key_id: secrets.token_bytes(KEY_BYTES)})

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Ids of all keys, the primary first."""
        return (self.primary, *(key_id for key_id in self._keys if key_id != self.primary))

    def key(self, key_id: str) -> bytes:
        """The key itself. Raises KeyError for an id that is not in the ring."""
        return self._keys[key_id]

    def with_new_primary(self) -> "Keyring":
        """The same ring and a fresh primary; what was sealed before still opens."""
        key_id = _new_key_id()
        return Keyring(self.purpose, key_id, {**self._keys, key_id: secrets.token_bytes(KEY_BYTES)})

    def without(self, key_id: str) -> "Keyring":
        """The ring after one key is retired: whatever it sealed can never be opened again."""
        if key_id == self.primary:
            raise KeyringUnusable(f"{key_id!r} is the primary of the {self.purpose} keyring; rotate first")
        return Keyring(self.purpose, self.primary, {k: v for k, v in self._keys.items() if k != key_id})

    def wrap(self, kek: bytes) -> dict[str, Any]:
        """`{"primary": id, "keys": [{"id", "wrapped"}]}`; `wrapped` is base64 of nonce and ciphertext."""
        cipher = AESGCM(kek)
        wrapped = []
        for key_id, key in self._keys.items():
            nonce = secrets.token_bytes(NONCE_BYTES)
            sealed = nonce + cipher.encrypt(nonce, key, _wrapping_context(self.purpose, key_id))
            wrapped.append({"id": key_id, "wrapped": b64encode(sealed).decode("ascii")})
        return {"primary": self.primary, "keys": wrapped}

    @classmethod
    def unwrap(cls, purpose: str, document: Mapping[str, Any], kek: bytes) -> "Keyring":
        """The open ring of a wrapped document. Raises KeyringUnusable."""
        cipher = AESGCM(kek)
        keys = {}
        try:
            for entry in document["keys"]:
                sealed = b64decode(entry["wrapped"], validate=True)
                nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
                keys[entry["id"]] = cipher.decrypt(nonce, ciphertext, _wrapping_context(purpose, entry["id"]))
            primary = document["primary"]
        except InvalidTag:
            raise KeyringUnusable(f"the {purpose} keyring is not wrapped by this key-encryption key") from None
        except (KeyError, TypeError, ValueError, Base64Error):
            raise KeyringUnusable(f"the {purpose} keyring is not a wrapped keyring document") from None
        return cls(purpose, primary, keys)

    def __repr__(self) -> str:
        return f"Keyring(purpose={self.purpose!r}, primary={self.primary!r}, key_ids={self.key_ids!r})"

    def __reduce__(self) -> Any:
        raise TypeError("a keyring is not written anywhere unwrapped")


def _wrapping_context(purpose: str, key_id: str) -> bytes:
    return f"simpul|{purpose}|{key_id}".encode()


def _new_key_id() -> str:
    return "k" + secrets.token_hex(4)
