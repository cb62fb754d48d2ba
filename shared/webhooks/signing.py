"""Signatures by the Standard Webhooks specification: HMAC-SHA-256 (`v1`) and ed25519 (`v1a`) over the same bytes.

Signed is `<webhook-id>.<webhook-timestamp>.<body>`. The header holds every signature, separated by spaces, so that a
receiver takes the one it can check, and during a rotation the one made with the key it still has.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_BYTES = 32


@dataclass(frozen=True, repr=False)
class SigningKeys:
    """What one endpoint's messages are signed with: a shared secret and an ed25519 seed, 32 raw bytes each."""

    shared_secret: bytes
    private_seed: bytes

    @classmethod
    def generate(cls) -> "SigningKeys":
        return cls(secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES))

    @classmethod
    def from_bytes(cls, raw: bytes) -> "SigningKeys":
        """The inverse of `to_bytes`. Raises ValueError when the length is wrong."""
        if len(raw) != 2 * KEY_BYTES:
            raise ValueError("signing keys are 64 bytes")
        return cls(raw[:KEY_BYTES], raw[KEY_BYTES:])

    def to_bytes(self) -> bytes:
        return self.shared_secret + self.private_seed

    @property
    def secret_text(self) -> str:
        """`whsec_` and base64 of the shared secret, as libraries take it."""
        return "whsec_" + _base64(self.shared_secret)

    @property
    def public_key_text(self) -> str:
        """`whpk_` and base64 of the public key."""
        return "whpk_" + _base64(self._private().public_key().public_bytes_raw())

    def signatures(self, message_id: str, at: datetime, body: bytes) -> list[str]:
        content = signed_content(message_id, at, body)
        shared = hmac.new(self.shared_secret, content, hashlib.sha256).digest()
        return ["v1," + _base64(shared), "v1a," + _base64(self._private().sign(content))]

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.private_seed)

    def __repr__(self) -> str:
        return f"SigningKeys({self.public_key_text})"


def signed_content(message_id: str, at: datetime, body: bytes) -> bytes:
    return f"{message_id}.{int(at.timestamp())}.".encode() + body


def webhook_headers(keys: Sequence[SigningKeys], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of one attempt: the id is the message's for ever, the timestamp is the attempt's.

    With several `keys` (a rotation under way) the signatures of each stand in the list."""
    signatures = [signature for each in keys for signature in each.signatures(message_id, at, body)]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
