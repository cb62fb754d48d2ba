"""What is shown of a receiver's answer tells what went wrong and lets no secret by."""

import pytest

from shared.webhooks.excerpt import Excerpt, excerpt_of


def test_a_plain_answer_is_shown_on_one_line() -> None:
    body = b'{"error":\n\t"signature does not match"}\x00\x1b[31m'
    assert excerpt_of("application/json; charset=utf-8", body) == Excerpt(
        "application/json", '{"error": "signature does not match"} [31m'
    )


def test_a_page_is_told_by_its_type_alone() -> None:
    assert excerpt_of("text/html", b"<h1>Sign in</h1>") == Excerpt("text/html")
    assert excerpt_of("image/png", b"\x89PNG") == Excerpt("image/png")


@pytest.mark.parametrize(
    "secret",
    [
        "3671015203900001",
        "3671 0152 0390 0001",
        "+62-812-3456-7890",
        "siti@contoh.id",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "0198c0de-0000-7000-8000-000000000001",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ],
)
def test_numbers_addresses_and_keys_are_masked(secret: str) -> None:
    shown = excerpt_of("text/plain", f"expected {secret} but".encode()).text
    assert shown is not None
    assert shown.startswith("expected ")
    assert "…" in shown
    assert not any(part in shown for part in (secret[-8:], secret[:9]))


def test_a_long_answer_is_cut() -> None:
    assert excerpt_of("text/plain", b"no " * 10_000).text == ("no " * 67)[:200]


@pytest.mark.parametrize("secret", ["3671015203900001", "3671 0152 0390 0001", "siti.rahma@contoh.id"])
@pytest.mark.parametrize("before", range(985, 1_000))
def test_where_the_reading_is_broken_off_no_number_looks_like_a_short_one(secret: str, before: int) -> None:
    long_key = "k" * (before - len('{"token":"","of":"'))
    body = f'{{"token":"{long_key}","of":"{secret}"}}'.encode()
    assert excerpt_of("application/json", body).text == '{"token":"…","of":"'


@pytest.mark.parametrize("content_type", [None, "", "nonsense", "text/<script>", "a" * 100 + "/plain"])
def test_what_names_no_type_shows_nothing(content_type: str | None) -> None:
    assert excerpt_of(content_type, b"hello") == Excerpt()


def test_bytes_that_are_no_text_are_no_trouble() -> None:
    assert excerpt_of("text/plain", b"\xff\xfe" * 3) == Excerpt("text/plain", "\ufffd" * 6)
    assert excerpt_of("text/plain", b"") == Excerpt("text/plain")
