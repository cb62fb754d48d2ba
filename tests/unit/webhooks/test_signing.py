"""Signatures that others' libraries accept."""

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError

from shared.webhooks.signing import SigningKeys, webhook_headers

BODY = b'{"type":"case.opened","worker":{"name":"Siti"}}'


def test_the_hmac_signature_verifies_with_an_independent_library() -> None:
    keys = SigningKeys.generate()
    headers = webhook_headers([keys], "0198-a", datetime.now(UTC), BODY)
    assert Webhook(keys.secret_text).verify(BODY, headers) == json.loads(BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook(keys.secret_text).verify(BODY + b" ", headers)


def test_the_ed25519_signature_verifies_with_the_published_key() -> None:
    keys = SigningKeys.generate()
    headers = webhook_headers([keys], "0198-a", datetime.now(UTC), BODY)
    found = dict(each.split(",") for each in headers["webhook-signature"].split(" "))
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(keys.public_key_text.removeprefix("whpk_")))
    signed = f"0198-a.{headers['webhook-timestamp']}.".encode() + BODY
    public.verify(base64.b64decode(found["v1a"]), signed)
    with pytest.raises(InvalidSignature):
        public.verify(base64.b64decode(found["v1a"]), signed + b" ")


def test_secrets_are_base64_of_the_32_raw_bytes() -> None:
    keys = SigningKeys.generate()
    for text, prefix in ((keys.secret_text, "whsec_"), (keys.public_key_text, "whpk_")):
        assert text.startswith(prefix)
        assert len(base64.b64decode(text.removeprefix(prefix), validate=True)) == 32
    assert SigningKeys.from_bytes(keys.to_bytes()) == keys


def test_during_a_rotation_both_secrets_verify() -> None:
    old, new = SigningKeys.generate(), SigningKeys.generate()
    headers = webhook_headers([new, old], "0198-a", datetime.now(UTC), BODY)
    for keys in (old, new):
        Webhook(keys.secret_text).verify(BODY, headers)


def test_keys_do_not_show_in_their_representation() -> None:
    keys = SigningKeys.generate()
    assert keys.secret_text.removeprefix("whsec_") not in repr(keys)
