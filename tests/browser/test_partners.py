"""Onboarding a partner at the console: registered, its credentials shown once, good for a token, and revoked."""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import JWKRegistry
from playwright.sync_api import expect

from tests.browser.conftest import Window, assert_accessible
from tests.support.served_hub import ServedHub

OpenWindow = Callable[..., Window]


def token_answer(hub: ServedHub, credentials: dict[str, Any]) -> int:
    """The status with which partners answers a request for a token with these credentials."""
    partners = hub.apis["partners"]
    private = credentials["private_key_jwk"]
    endpoint = f"{partners.url}/oauth2/token"
    now = int(time.time())
    claims = {
        "iss": credentials["client_id"],
        "sub": credentials["client_id"],
        "aud": endpoint,
        "iat": now,
        "exp": now + 60,
        "jti": uuid.uuid4().hex,
    }
    header = {"alg": "ES384", "typ": "JWT", "kid": private["kid"]}
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode(header, claims, JWKRegistry.import_key(private), algorithms=["ES384"]),
    }
    return partners.http.post("/oauth2/token", data=form).status_code


def test_a_hospital_is_registered_signs_in_and_is_revoked(open_window: OpenWindow, hub: ServedHub) -> None:
    window = open_window("en")
    window.sign_in("operator", "Rudi Hartono")
    page = window.open("verification", "/console/partners")
    page.get_by_label("Kind").select_option("hospital")
    page.get_by_label("Its number").fill("100000777")
    page.get_by_label("Name", exact=True).fill("RS Percobaan")
    page.get_by_label("Region code").fill("3671")
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_text("RS Percobaan waits for a second person")).to_be_visible()
    assert_accessible(page)
    credentials = json.loads(page.get_by_label("Credentials of").input_value())
    assert credentials["org"] == "hospital:100000777"
    assert credentials["client_secret"]
    assert token_answer(hub, credentials) == 401
    window.open("verification", "/console/partners")
    expect(page.get_by_label("Credentials of")).to_have_count(0)
    row = page.get_by_role("row").filter(has_text=credentials["client_id"])
    row.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("a second person must")
    window.complaints.clear()  # the browser tells of the 409
    second = open_window("en")
    second.sign_in("operator", "Dewi Lestari")
    page = second.open("verification", "/console/partners")
    row = page.get_by_role("row").filter(has_text=credentials["client_id"])
    row.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    assert token_answer(hub, credentials) == 200
    row.get_by_text("Its keys", exact=True).click()
    assert_accessible(page)
    row.get_by_role("button", name="Add a key beside these").click()
    rotated = json.loads(page.get_by_label("Credentials of").input_value())
    assert token_answer(hub, rotated) == 401
    window.open("verification", "/console/partners")
    page = window.page
    row = page.get_by_role("row").filter(has_text=credentials["client_id"])
    row.get_by_text("Its keys", exact=True).click()
    row.get_by_role("button", name="Approve this key").click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    assert token_answer(hub, rotated) == 200
    row.get_by_text("Its keys", exact=True).click()
    row.get_by_role("button", name="Retire this key").first.click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    assert (token_answer(hub, credentials), token_answer(hub, rotated)) == (401, 200)
    row.get_by_text("Revoke", exact=True).click()
    row.get_by_role("button", name="Revoke this client").click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    expect(page.get_by_role("row").filter(has_text=credentials["client_id"])).to_contain_text("revoked")
    assert token_answer(hub, credentials) == 401


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(open_window: OpenWindow) -> None:
    window = open_window("en")
    window.sign_in("operator", "Rudi Hartono")
    page = window.open("verification", "/console/partners")
    page.get_by_label("Its number").fill("spaces are not allowed here")
    page.get_by_label("Name", exact=True).fill("PT Contoh")
    page.get_by_label("Its public key (JWK)").fill('{"kty": "EC", "d": "secret"}')
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("This is a private key")
    expect(page.get_by_label("Name", exact=True)).to_have_value("PT Contoh")
    page.get_by_label("Its public key (JWK)").fill("")
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("This was not done.")
    window.complaints.clear()  # the browser tells of the 422


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_list_of_partners_is_accessible(open_window: OpenWindow, language: str) -> None:
    window = open_window(language)
    window.sign_in("operator", "Rudi Hartono")
    page = window.open("verification", "/console/partners")
    expect(page.locator("h1")).to_have_text({"id": "Mitra", "en": "Partners"}[language])
    assert_accessible(page)
