"""Keys and signatures by joserfc: what clients register and sign, and what the hub signs."""

from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from services.partners.application.ports import Unchecked
from services.partners.domain.assertion import AssertionRefused
from shared.web.signatures import PRIVATE_MEMBERS, NotSigned, UnusableKey, public_key, unverified, verified

# Interface section 2: these two, as SMART Backend Services asks of every server.
ASSERTION_ALGORITHMS = frozenset({"ES384", "RS384"})
ACCESS_TOKEN_ALGORITHM = "ES256"

_KEPT = ("kty", "crv", "x", "y", "n", "e", "kid", "alg")
_ASSERTION_TYPES = frozenset({"JWT", "CLIENT-AUTHENTICATION+JWT"})


class JoseClientKeys:
    """`ClientKeys`."""

    def problem(self, jwk: Mapping[str, Any]) -> str | None:
        if PRIVATE_MEMBERS & jwk.keys():
            return "This key holds private members; send the public part only, and never use this key again."
        try:
            key = public_key(jwk)
        except UnusableKey as error:
            return f"{str(error)[0].upper()}{str(error)[1:]}."
        if not key.algorithms & ASSERTION_ALGORITHMS:
            return "Only EC keys on P-384 (ES384) and RSA keys of at least 2048 bits (RS384) are taken."
        return None

    def public_part(self, jwk: Mapping[str, Any]) -> dict[str, str]:
        return {name: jwk[name] for name in _KEPT if isinstance(jwk.get(name), str)}


class JoseAssertions:
    """`Assertions`."""

    def unchecked(self, assertion: str) -> Unchecked | None:
        try:
            header, claims = unverified(assertion)
        except NotSigned:
            return None
        client, kid = claims.get("sub", claims.get("iss")), header.get("kid")
        # PostgreSQL takes neither NUL nor half of a surrogate pair; no client is called so.
        if not isinstance(client, str) or not client.isprintable() or len(client) > 255:
            client = ""
        return Unchecked(client, kid if isinstance(kid, str) else None)

    def claims(self, assertion: str, public_jwk: Mapping[str, str]) -> Mapping[str, Any]:
        key = public_key(public_jwk)
        try:
            header, _ = unverified(assertion)
            if header.get("kid") is not None and key.kid is not None and header["kid"] != key.kid:
                raise AssertionRefused("its `kid` is not that of the registered key")
            if str(header.get("typ", "JWT")).upper() not in _ASSERTION_TYPES:
                raise AssertionRefused("its `typ` is not that of an assertion")
            return verified(assertion, key, ASSERTION_ALGORITHMS)
        except NotSigned as error:
            raise AssertionRefused(str(error)) from error


class AccessTokenSigner:
    """`Signer` with the hub's own key (a private JWK on P-256 with a `kid`)."""

    def __init__(self, private_jwk: Mapping[str, Any]) -> None:
        self._key = ECKey.import_key(dict(private_jwk))
        self.public = public_key(private_jwk)
        if not self._key.is_private or self.public.kid is None or ACCESS_TOKEN_ALGORITHM not in self.public.algorithms:
            raise UnusableKey("the token signing key must be a private EC key on P-256 with a `kid`")

    def published(self) -> list[dict[str, Any]]:
        """What the JWK set shows: the public part only."""
        jwk = {name: value for name, value in self._key.as_dict(private=False).items() if name not in PRIVATE_MEMBERS}
        return [{**jwk, "kid": self.public.kid, "use": "sig", "alg": ACCESS_TOKEN_ALGORITHM}]

    def sign(self, claims: Mapping[str, Any]) -> str:
        header = {"alg": ACCESS_TOKEN_ALGORITHM, "typ": "at+jwt", "kid": self.public.kid}
        return jwt.encode(header, dict(claims), self._key, algorithms=[ACCESS_TOKEN_ALGORITHM], default_type=None)
