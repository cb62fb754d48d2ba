"""Seals bytes with the primary data key and opens them with any key of the ring.

AES-256-GCM with a random nonce of 96 bits. The associated data is `type|id|version` of what is sealed, so that a
sealed part moved to another event or row, or kept back from an earlier version, does not open. With random nonces
one key is good for 2**32 seals; rotation comes long before.
"""

import secrets
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.errors import Unreadable
from shared.sealing.keyring import NONCE_BYTES, Keyring

# Compact form of a bytea column: one byte layout number, one byte length of the key id, the key id in ASCII,
# twelve bytes nonce, then ciphertext with its tag of sixteen bytes.
_LAYOUT = 1
_TAG_BYTES = 16


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    """A sealed part: which key, the nonce (12 bytes), the ciphertext with its tag (16 bytes at the end)."""

    key_id: str
    nonce: bytes
    ciphertext: bytes

    def __repr__(self) -> str:
        return f"Sealed(key_id={self.key_id!r}, {len(self.ciphertext)} bytes)"


class Sealer:
    """Seals and opens; safe to share between threads and tasks. `repr` shows key ids only."""

    def __init__(self, keyring: Keyring) -> None:
        self._primary = keyring.primary
        self._ciphers = {key_id: AESGCM(keyring.key(key_id)) for key_id in keyring.key_ids}

    @property
    def primary_key_id(self) -> str:
        """The key new seals are made with; what carries another id waits for re-encryption."""
        return self._primary

    def seal(self, plaintext: bytes, *, type: str, id: str | UUID, version: int) -> Sealed:  # noqa: A002
        """Seal `plaintext` as belonging to `type`, `id`, `version`. Raises ValueError when those are ambiguous."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        ciphertext = self._ciphers[self._primary].encrypt(nonce, plaintext, _context(type, id, version))
        return Sealed(self._primary, nonce, ciphertext)

    def open(self, sealed: Sealed, *, type: str, id: str | UUID, version: int) -> bytes:  # noqa: A002
        """The plaintext. Raises Unreadable: `sealing.unknown-key` without that key, else `sealing.cannot-open`."""
        cipher = self._ciphers.get(sealed.key_id)
        if cipher is None:
            raise Unreadable("sealing.unknown-key", "it was sealed with a key that is not in this keyring")
        if len(sealed.nonce) != NONCE_BYTES or len(sealed.ciphertext) < _TAG_BYTES:
            raise Unreadable("sealing.cannot-open", "the sealed part is cut short")
        try:
            return cipher.decrypt(sealed.nonce, sealed.ciphertext, _context(type, id, version))
        except InvalidTag:
            raise Unreadable(
                "sealing.cannot-open", "the sealed part was changed or belongs to another type, id or version"
            ) from None

    def seal_bytes(self, plaintext: bytes, *, type: str, id: str | UUID, version: int) -> bytes:  # noqa: A002
        """As `seal`, in the compact form for a bytea column."""
        sealed = self.seal(plaintext, type=type, id=id, version=version)
        key_id = sealed.key_id.encode("ascii")
        return bytes((_LAYOUT, len(key_id))) + key_id + sealed.nonce + sealed.ciphertext

    def open_bytes(self, blob: bytes, *, type: str, id: str | UUID, version: int) -> bytes:  # noqa: A002
        """As `open`, from the compact form. Raises Unreadable as `open` does."""
        return self.open(_split(blob), type=type, id=id, version=version)

    def __repr__(self) -> str:
        return f"Sealer(primary={self._primary!r}, key_ids={tuple(self._ciphers)!r})"


def key_id_of(blob: bytes) -> str:
    """Which key a compact form was sealed with; re-encryption looks for those that are not primary."""
    return _split(blob).key_id


def _split(blob: bytes) -> Sealed:
    if len(blob) < 2 or blob[0] != _LAYOUT:
        raise Unreadable("sealing.cannot-open", "this is not a sealed column")
    nonce_at = 2 + blob[1]
    ciphertext_at = nonce_at + NONCE_BYTES
    try:
        key_id = bytes(blob[2:nonce_at]).decode("ascii")
    except UnicodeDecodeError:
        raise Unreadable("sealing.cannot-open", "this is not a sealed column") from None
    return Sealed(key_id, bytes(blob[nonce_at:ciphertext_at]), bytes(blob[ciphertext_at:]))


def _context(type_: str, id_: str | UUID, version: int) -> bytes:
    context = f"{type_}|{id_}|{version}"
    if context.count("|") != 2:
        raise ValueError("a type or id that is sealed against must not contain '|'")
    return context.encode()
