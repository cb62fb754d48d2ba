"""Employers who come with a browser: they show the credentials of their registration, and the issuer judges them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from shared.errors import Problem, Refusal

_MEMBERS = ("client_id", "private_key_jwk")
_LENGTH_MAX = 255
NEEDED_SCOPES = ("accident-reports.write", "accident-reports.read")
EMPLOYER = "employer"


@dataclass(frozen=True)
class Credentials:
    """What proves who a client is. `private_jwk` is on its way through only; `repr` does not show it."""

    client_id: str
    private_jwk: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Credentials({self.client_id!r})"


@dataclass(frozen=True)
class Known:
    """A client as the issuer knows it."""

    client_id: str
    org: str
    scopes: frozenset[str]


class Issuer(Protocol):
    """The issuer's word on credentials."""

    async def client(self, credentials: Credentials) -> Known | None:
        """Whose they are, None when the issuer refuses them. Raises Unavailable."""
        ...


def read_credentials(content: bytes | str) -> Credentials:
    """Out of the file that `partner add` writes and the console shows. Nothing else in it is believed: its addresses
    lead wherever somebody wrote.

    Raises Refusal when it is no such file.
    """
    try:
        told = orjson.loads(content)
        client_id, key = (told[member] for member in _MEMBERS)
    except (orjson.JSONDecodeError, TypeError, KeyError, IndexError):
        raise _not_credentials() from None
    if not isinstance(client_id, str) or not 0 < len(client_id) <= _LENGTH_MAX or not isinstance(key, dict):
        raise _not_credentials()
    if (key.get("kty"), key.get("crv")) != ("EC", "P-384") or not all(isinstance(key.get(n), str) for n in "dxy"):
        raise _not_credentials()
    return Credentials(client_id, {name: key[name] for name in ("kty", "crv", "x", "y", "d", "kid") if name in key})


def _not_credentials() -> Refusal:
    detail = "This is not the access file that you were given. Choose the file that ends in .json."
    return Refusal("employer.no-credentials", detail, [Problem("/credentials", "employer.no-credentials", detail)])


def may_enter(client: Known) -> bool:
    """Employers only, with the rights that the pages use in their name."""
    return client.org.startswith(f"{EMPLOYER}:") and client.scopes.issuperset(NEEDED_SCOPES)
