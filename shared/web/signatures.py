"""Signed tokens (JWS compact form, RFC 7515): which keys and algorithms count, and how one is checked.

Used for access tokens everywhere and for client assertions in `partners`. Nothing in a token chooses how it is
checked: the caller names the algorithms, the key decides which of them fit it, and `none` and the shared-secret
algorithms are not on the list at all.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

ALGORITHMS = frozenset({"ES256", "ES384", "RS256", "RS384", "PS256", "EdDSA", "Ed25519"})
RSA_BITS_MIN = 2048
RSA_BITS_MAX = 8192
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

_EC_ALGORITHMS = {"P-256": frozenset({"ES256"}), "P-384": frozenset({"ES384"})}
_RSA_ALGORITHMS = frozenset({"RS256", "RS384", "PS256"})
_OKP_ALGORITHMS = frozenset({"EdDSA", "Ed25519"})


class NotSigned(Exception):
    """The token is not what a holder of the key has signed. The text says why and repeats nothing of the token."""


class UnusableKey(ValueError):
    """A JWK that cannot verify signatures here. The text says why."""


@dataclass(frozen=True)
class PublicKey:
    """A key that verifies, with the algorithms that fit it."""

    kid: str | None
    algorithms: frozenset[str]
    key: ECKey | RSAKey | OKPKey


class _ListedAlgorithms(JWSRegistry):
    """joserfc's registry, cut down to `ALGORITHMS`; EdDSA stays, although RFC 9864 would have it called Ed25519."""

    max_signature_length = 2048

    def get_alg(self, name: str) -> JWSAlgModel:
        if name not in ALGORITHMS:
            raise NotSigned("the algorithm is not accepted")
        return self.algorithms[name]


_REGISTRY = _ListedAlgorithms(algorithms=sorted(ALGORITHMS), strict_check_header=False)


def public_key(jwk: Mapping[str, Any]) -> PublicKey:
    """The verifying key of a JWK (RFC 7517): EC P-256 or P-384, RSA of 2048 to 8192 bits, or Ed25519.

    Only the public members are read. Raises UnusableKey for any other.
    """
    try:
        key, algorithms = _imported(jwk)
    except (JoseError, ValueError, TypeError, KeyError, OverflowError) as error:
        if isinstance(error, UnusableKey):
            raise
        raise UnusableKey("the key's members do not make a valid public key") from error
    if jwk.get("use", "sig") != "sig":
        raise UnusableKey("the key is not meant for signatures")
    if "alg" in jwk:
        algorithms &= {str(jwk["alg"])}
        if not algorithms:
            raise UnusableKey("the key's `alg` does not fit the key or is not accepted")
    kid = jwk.get("kid")
    if kid is not None and not (isinstance(kid, str) and 0 < len(kid) <= 255):
        raise UnusableKey("`kid` must be a text of 1 to 255 characters")
    return PublicKey(kid, algorithms, key)


def _imported(jwk: Mapping[str, Any]) -> tuple[ECKey | RSAKey | OKPKey, frozenset[str]]:
    kind = jwk.get("kty")
    if kind == "EC":
        algorithms = _EC_ALGORITHMS.get(str(jwk.get("crv")))
        if algorithms is None:
            raise UnusableKey("only the curves P-256 and P-384 are accepted")
        return ECKey.import_key(_texts(jwk, "kty", "crv", "x", "y")), algorithms
    if kind == "RSA":
        # The size is looked at before the import, which warns on short keys and is slow on very long ones.
        members = _texts(jwk, "kty", "n", "e")
        bits = int.from_bytes(urlsafe_b64decode(str(members["n"]).encode()), "big").bit_length()
        if not RSA_BITS_MIN <= bits <= RSA_BITS_MAX:
            raise UnusableKey(f"an RSA key must have {RSA_BITS_MIN} to {RSA_BITS_MAX} bits")
        return RSAKey.import_key(members), _RSA_ALGORITHMS
    if kind == "OKP" and jwk.get("crv") == "Ed25519":
        return OKPKey.import_key(_texts(jwk, "kty", "crv", "x")), _OKP_ALGORITHMS
    raise UnusableKey("only EC, RSA and Ed25519 keys are accepted")


def _texts(jwk: Mapping[str, Any], *names: str) -> dict[str, str | list[str]]:
    members = {name: jwk.get(name) for name in names}
    if not all(isinstance(value, str) and len(value) <= 2048 for value in members.values()):
        raise UnusableKey(f"the key needs the members {', '.join(names)}")
    return {name: str(value) for name, value in members.items()}


def unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a compact token before anything is known about it: good for finding the key, no more.

    Raises NotSigned when it has not the form of a signed JWT.
    """
    parts = token.split(".")
    if len(parts) != 3:
        raise NotSigned("it has not the form of a signed JWT")
    return _json_object(parts[0]), _json_object(parts[1])


def _json_object(segment: str) -> dict[str, Any]:
    try:
        found = json.loads(urlsafe_b64decode(segment.encode("ascii")), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NotSigned("it has not the form of a signed JWT") from error
    if not isinstance(found, dict):
        raise NotSigned("it has not the form of a signed JWT")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def verified(token: str, key: PublicKey, algorithms: Collection[str]) -> dict[str, Any]:
    """The claims of `token` after its signature was checked with `key` and one of `algorithms`.

    Raises NotSigned for another algorithm, critical header extensions (none is understood) and a wrong signature.
    """
    header, claims = unverified(token)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in algorithms or algorithm not in key.algorithms:
        raise NotSigned("the algorithm is not accepted for this key")
    if "crit" in header or "b64" in header:
        raise NotSigned("critical header extensions are not understood")
    try:
        jws.deserialize_compact(token, key.key, registry=_REGISTRY)
    except (JoseError, ValueError, TypeError) as error:
        raise NotSigned("the signature does not hold") from error
    return claims


def instant(claims: Mapping[str, Any], name: str) -> float | None:
    """A NumericDate claim in seconds, None when absent. Raises NotSigned for anything but a number in range."""
    value = claims.get(name)
    if value is None:
        return None
    # A number with an exponent can be infinite, which would never expire; bool is an int in Python.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**40:
        raise NotSigned(f"`{name}` is not a time")
    return float(value)
