"""What a client's assertion must say, and which scopes a token may carry."""

from typing import Any

import pytest

from services.partners.domain.assertion import AssertionRefused, accept, granted_scopes

NOW = 1_800_000_000.0
ENDPOINT, ISSUER = "http://hub.test/oauth2/token", "http://hub.test"


def claims(**changes: Any) -> dict[str, Any]:
    made = {"iss": "c", "sub": "c", "aud": ENDPOINT, "iat": NOW, "exp": NOW + 120, "jti": "j", **changes}
    return {name: value for name, value in made.items() if value is not None}


def judge(**changes: Any) -> Any:
    return accept(claims(**changes), client_id="c", audiences={ENDPOINT, ISSUER}, now=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aud": ISSUER},
        {"aud": ["urn:other", ENDPOINT]},
        {"iat": None},
        {"iat": NOW + 30},
        {"nbf": NOW - 5},
        {"exp": NOW + 1},
        {"exp": NOW + 300},
        {"jti": "j" * 255},
    ],
)
def test_a_good_assertion_is_accepted(changes: dict[str, Any]) -> None:
    accepted = judge(**changes)
    assert accepted.expires_at == changes.get("exp", NOW + 120)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "d"}, "iss"),
        ({"sub": "d"}, "sub"),
        ({"iss": None}, "iss"),
        ({"sub": ["c"]}, "sub"),
        ({"aud": "http://hub.test/other"}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": [["http://hub.test"]]}, "aud"),
        ({"exp": None}, "exp"),
        ({"exp": NOW}, "expired"),
        ({"exp": NOW - 1}, "expired"),
        ({"exp": NOW + 306}, "300 seconds"),
        ({"exp": float("inf")}, "not a time"),
        ({"exp": float("nan")}, "not a time"),
        ({"exp": "tomorrow"}, "not a time"),
        ({"exp": True}, "not a time"),
        ({"iat": NOW + 31}, "future"),
        ({"nbf": NOW + 31}, "future"),
        ({"jti": None}, "jti"),
        ({"jti": ""}, "jti"),
        ({"jti": 7}, "jti"),
        ({"jti": "j" * 256}, "jti"),
    ],
)
def test_an_assertion_that_does_not_hold_is_refused_saying_why(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(AssertionRefused, match=why):
        judge(**changes)


@pytest.mark.parametrize(
    ("asked_for", "allowed", "granted"),
    [
        (None, ["a", "b"], ("a", "b")),
        ("b", ["a", "b"], ("b",)),
        ("b a b", ["a", "b"], ("b", "a")),
        ("c", ["a", "b"], None),
        ("a c", ["a", "b"], None),
        (" ", ["a"], None),
        ("system/*.crus", ["system/*.crus"], ("system/*.crus",)),
        ("system/*.c system/Encounter.ru", ["system/*.crus"], ("system/*.c", "system/Encounter.ru")),
        ("system/*.cruds", ["system/*.crus"], None),
        ("system/Encounter.d", ["system/*.crus"], None),
        ("system/Encounter.", ["system/*.crus"], None),
        ("user/*.c", ["system/*.crus"], None),
        ("system/*.c", ["system/Encounter.c"], None),
        ("system/Encounter.c", ["claims.read"], None),
    ],
)
def test_a_token_carries_what_is_asked_for_within_what_is_allowed(
    asked_for: str | None, allowed: list[str], granted: tuple[str, ...] | None
) -> None:
    assert granted_scopes(asked_for, allowed) == granted
