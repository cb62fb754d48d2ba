"""Keyed hashes of identifiers: worker keys, which never change, and blind indexes, whose key rotates.

A NIK has sixteen structured digits, so a plain hash of it is no secret; both are HMAC-SHA-256 under keys of the hub.
"""

import hmac
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from shared.sealing.keyring import KEY_BYTES, Keyring

# 96 of 256 bits. Enough that two of some 300 million workers collide with a chance of about one in a trillion, and
# a leaked index column says less when somebody tries to link it with hashes from elsewhere.
INDEX_HEX_DIGITS = 24


class WorkerKeys:
    """Kafka keys of inbound topics (decision: a hint that keeps most of a worker's events in one partition).

    The secret never rotates, since that would move every worker to another partition.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise ValueError(f"the worker key's secret is not {KEY_BYTES} bytes long")
        self._secret = secret

    def worker_key(
        self,
        *,
        nik: str | None = None,
        kpj: str | None = None,
        passport: str | None = None,
        document_id: str | UUID | None = None,
    ) -> str:
        """`n:`, `k:`, `p:` or `d:` and 64 hex digits: of the NIK, else the KPJ, else the passport, else the
        source document's id. Raises ValueError when there is none of them."""
        for prefix, value in (("n", nik), ("k", kpj), ("p", passport), ("d", document_id)):
            if value:
                return f"{prefix}:{_hmac(self._secret, prefix, str(value))}"
        raise ValueError("a worker key needs a NIK, a KPJ, a passport number or a document's id")

    def all(self, *, nik: str | None = None, kpj: str | None = None, passport: str | None = None) -> tuple[str, ...]:
        """Every worker key these identifiers may have been filed under, for an erasure."""
        pairs = (("n", nik), ("k", kpj), ("p", passport))
        return tuple(f"{prefix}:{_hmac(self._secret, prefix, value)}" for prefix, value in pairs if value)

    def key_for(self, purpose: str) -> bytes:
        """32 bytes for something else that must never change either, such as `receipts`; they tell nothing of the
        secret, and no prefix of an identifier equals a purpose."""
        return hmac.new(self._secret, f"purpose|{purpose}".encode(), sha256).digest()

    def __repr__(self) -> str:
        return "WorkerKeys()"


_REMEMBERED = 512


class BlindIndex:
    """Look-up hashes `i<key id>:<24 hex digits>` of identifiers, made with the index keyring's primary key.

    After a rotation, look up with `all_…` (one hash for each key of the ring, primary first) until every row has
    been indexed again. The kind of identifier is part of the hash, so a KPJ never equals a passport number.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._primary = keyring.primary
        self._keys = {key_id: keyring.key(key_id) for key_id in keyring.key_ids}
        # One unit of work asks for the same numbers some eighteen times over.
        self._hash = lru_cache(_REMEMBERED)(self._hashed)

    def nik(self, text: str) -> str:
        return self.of("nik", text)

    def kpj(self, text: str) -> str:
        return self.of("kpj", text)

    def passport(self, text: str) -> str:
        return self.of("passport", text)

    def of(self, kind: str, text: str) -> str:
        """The hash of any other identifier, for example `phone` or `business-identifier`."""
        return self._hash(self._primary, kind, text)

    def all(self, kind: str, text: str) -> tuple[str, ...]:
        """The hash under every key of the ring, primary first; `kind` is `nik`, `kpj`, `passport` or as in `of`."""
        return tuple(self._hash(key_id, kind, text) for key_id in self._keys)

    def _hashed(self, key_id: str, kind: str, text: str) -> str:
        return f"i{key_id}:{_hmac(self._keys[key_id], kind, text)[:INDEX_HEX_DIGITS]}"

    def __repr__(self) -> str:
        return f"BlindIndex(primary={self._primary!r}, key_ids={tuple(self._keys)!r})"


def _hmac(key: bytes, kind: str, text: str) -> str:
    return hmac.new(key, f"{kind}|{text}".encode(), sha256).hexdigest()
