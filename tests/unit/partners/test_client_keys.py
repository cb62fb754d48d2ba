"""Which public keys clients may register."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from services.partners.adapters.keys import AccessTokenSigner, JoseClientKeys
from shared.web.signatures import UnusableKey

EC_384 = ECKey.generate_key("P-384", parameters={"kid": "k"})
EC_256 = ECKey.generate_key("P-256", parameters={"kid": "k"})
RSA_2048 = RSAKey.generate_key(2048)


@pytest.mark.parametrize("key", [EC_384, RSA_2048])
def test_p_384_and_long_rsa_keys_are_taken(key: ECKey | RSAKey) -> None:
    jwk = key.as_dict(private=False)
    assert JoseClientKeys().problem(jwk) is None
    assert JoseClientKeys().public_part(jwk) == jwk


@pytest.mark.parametrize(
    ("jwk", "why"),
    [
        (EC_384.as_dict(private=True), "private members"),
        (RSA_2048.as_dict(private=True), "private members"),
        ({"kty": "oct", "k": "c2VjcmV0"}, "private members"),
        (EC_256.as_dict(private=False), "P-384"),
        (OKPKey.generate_key("Ed25519").as_dict(private=False), "P-384"),
        ({"kty": "RSA", "n": "AQAB", "e": "AQAB"}, "2048"),
        ({**EC_384.as_dict(private=False), "x": "AA"}, "valid public key"),
        ({**EC_384.as_dict(private=False), "use": "enc"}, "signatures"),
        ({}, "accepted"),
    ],
)
def test_every_other_key_is_refused_saying_why(jwk: dict[str, Any], why: str) -> None:
    assert why in (JoseClientKeys().problem(jwk) or "")


def test_only_the_public_members_are_kept() -> None:
    jwk = {**EC_384.as_dict(private=False), "x5u": "https://evil.test", "note": "hello"}
    assert set(JoseClientKeys().public_part(jwk)) == {"kty", "crv", "x", "y", "kid"}


def test_the_published_key_set_holds_no_private_member() -> None:
    signer = AccessTokenSigner(EC_256.as_dict(private=True))
    (jwk,) = signer.published()
    assert set(jwk) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


@pytest.mark.parametrize("key", [EC_384.as_dict(private=True), EC_256.as_dict(private=False)])
def test_a_signing_key_of_another_kind_is_refused(key: dict[str, Any]) -> None:
    with pytest.raises(UnusableKey):
        AccessTokenSigner(key)
