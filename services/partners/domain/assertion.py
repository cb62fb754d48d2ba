"""What a client's assertion must say (RFC 7523 section 3), and which scopes a token may carry."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

LIFETIME_SECONDS_MAX = 300
# Two clocks are never equal: an assertion made for exactly five minutes must not fail for that.
AHEAD_LEEWAY_SECONDS = 5
CLOCK_LEEWAY_SECONDS = 30
JTI_LENGTH_MAX = 255

_SMART = re.compile(r"system/(\*|[A-Z][A-Za-z]*)\.(c?r?u?d?s?)")


class AssertionRefused(Exception):
    """The assertion does not hold. The text says why and repeats nothing of it."""


@dataclass(frozen=True)
class AcceptedAssertion:
    """What has to be remembered: this `jti` until the assertion expires."""

    jti: str
    expires_at: float


def accept(claims: Mapping[str, Any], *, client_id: str, audiences: Collection[str], now: float) -> AcceptedAssertion:
    """Check an assertion whose signature holds; times in seconds since 1970. Raises AssertionRefused."""
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise AssertionRefused("`iss` and `sub` must both be the client id")
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if not any(isinstance(item, str) and item in audiences for item in named):
        raise AssertionRefused("`aud` must be the token endpoint")
    expires = _time(claims, "exp")
    if expires is None:
        raise AssertionRefused("`exp` is required")
    if expires <= now:
        raise AssertionRefused("it has expired")
    if expires > now + LIFETIME_SECONDS_MAX + AHEAD_LEEWAY_SECONDS:
        raise AssertionRefused(f"`exp` may lie at most {LIFETIME_SECONDS_MAX} seconds ahead")
    for name in ("iat", "nbf"):
        begins = _time(claims, name)
        if begins is not None and begins > now + CLOCK_LEEWAY_SECONDS:
            raise AssertionRefused(f"`{name}` lies in the future")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= JTI_LENGTH_MAX:
        raise AssertionRefused(f"`jti` must be a text of 1 to {JTI_LENGTH_MAX} characters")
    return AcceptedAssertion(jti, expires)


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**40:
        raise AssertionRefused(f"`{name}` is not a time in seconds")
    return float(value)


def granted_scopes(asked_for: str | None, allowed: Collection[str]) -> tuple[str, ...] | None:
    """The scopes of the token: all that the client has when it asks for none, else what it asks for, which must lie
    within; None when something asked for does not. A hospital may ask for less than `system/*.crus`, such as
    `system/Encounter.cu`."""
    if asked_for is None:
        return tuple(allowed)
    wanted = tuple(dict.fromkeys(asked_for.split()))
    if not wanted or not all(any(_within(scope, own) for own in allowed) for scope in wanted):
        return None
    return wanted


def _within(scope: str, own: str) -> bool:
    if scope == own:
        return True
    wanted, held = _SMART.fullmatch(scope), _SMART.fullmatch(own)
    if wanted is None or held is None or not wanted[2]:
        return False
    return held[1] in ("*", wanted[1]) and set(wanted[2]) <= set(held[2])
