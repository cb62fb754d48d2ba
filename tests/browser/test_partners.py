"""Onboarding a partner at the console: registered, its credentials shown once, good for a token, and revoked."""

import http.server
import json
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, JWKRegistry
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow, assert_accessible
from tests.support.key_server import key_set
from tests.support.served_hub import ServedHub


@dataclass
class KeyPages:
    """A partner's web server where it publishes its keys."""

    url: str
    body: bytes = b""

    def publish(self, *keys: ECKey) -> None:
        self.body = key_set(*keys)


@pytest.fixture
def key_pages() -> Iterator[KeyPages]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(made.body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = KeyPages(f"http://127.0.0.1:{server.server_port}/a-long-way/to/keys/of-the-partner/jwks.json")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield made
        server.shutdown()
        thread.join()


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
    button = page.get_by_role("button", name="Register", exact=True)
    form = button.evaluate("button => Object.fromEntries(new FormData(button.form))")
    button.click()
    expect(page.get_by_text("RS Percobaan waits for a second person")).to_be_visible()
    assert_accessible(page)
    credentials = json.loads(page.get_by_label("Credentials of").input_value())
    assert credentials["org"] == "hospital:100000777"
    assert credentials["client_secret"]
    assert token_answer(hub, credentials) == 401
    again = page.request.post(page.url, form=form)
    assert (again.status, credentials["client_secret"] in again.text()) == (200, False), "the same form, sent twice"
    window.open("verification", "/console/partners")
    expect(page.get_by_label("Credentials of")).to_have_count(0)
    asked = page.get_by_role("region", name="RS Percobaan waits for a second person")
    expect(asked).to_have_count(1)
    expect(asked).to_contain_text("You asked for this: another operator approves it.")
    expect(asked.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    second = open_window("en")
    second.sign_in("operator", "Dewi Lestari")
    page = second.open("verification", "/console/partners")
    asked = page.get_by_role("region", name="Approve RS Percobaan?")
    for shown in ("hospital:100000777", "system/*.crus", "Rudi Hartono", credentials["private_key_jwk"]["kid"]):
        expect(asked).to_contain_text(shown)
    asked.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    assert token_answer(hub, credentials) == 200
    row = page.get_by_role("row").filter(has_text=credentials["client_id"])
    row.get_by_text("Its keys", exact=True).click()
    assert_accessible(page)
    row.get_by_label("Last day").last.fill("2099-01-31")
    row.get_by_role("button", name="Add a key beside these").click()
    rotated = json.loads(page.get_by_label("Credentials of").input_value())
    assert token_answer(hub, rotated) == 401
    window.open("verification", "/console/partners")
    page = window.page
    row = page.get_by_role("row").filter(has_text=credentials["client_id"])
    asked = page.get_by_role("region", name="Approve another key of RS Percobaan?")
    expect(asked).to_contain_text("ends 31 Jan 2099, 23:59 WIB")
    asked.get_by_role("button", name="Approve this key").click()
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


def test_a_client_that_publishes_its_keys_is_approved_by_who_has_seen_them(
    open_window: OpenWindow, hub: ServedHub, key_pages: KeyPages
) -> None:
    key = ECKey.generate_key("P-384", parameters={"kid": "november"})
    key_pages.publish(key)
    window = open_window("en")
    window.sign_in("operator", "Rudi Hartono")
    page = window.open("verification", "/console/partners")
    page.get_by_label("Kind").select_option("employer")
    page.get_by_label("Its number").fill("JJ077777")
    page.get_by_label("Name", exact=True).fill("PT Penerbit Kunci")
    page.get_by_label("or the address where it publishes its keys").last.fill(key_pages.url)
    page.get_by_role("button", name="Register", exact=True).click()
    made = json.loads(page.get_by_label("Credentials of").input_value())
    assert "private_key_jwk" not in made
    expect(page.get_by_role("status")).to_contain_text("Nothing of this is secret")
    second = open_window("id", width=320, height=700)
    second.sign_in("operator", "Dewi Lestari")
    page = second.open("verification", "/console/partners")
    asked = page.get_by_role("region", name="Setujui PT Penerbit Kunci?")
    expect(asked).to_contain_text("Belum pernah dibaca.")
    asked.get_by_role("button", name="Baca alamat ini sekarang").click()
    expect(asked).to_contain_text(key.thumbprint())
    asked.get_by_role("button", name="Setujui", exact=True).click()
    row = page.get_by_role("row").filter(has_text=made["client_id"])
    signing = {**made, "private_key_jwk": key.as_dict(private=True)}
    assert token_answer(hub, signing) == 200
    row.get_by_text("Kunci klien ini", exact=True).click()
    expect(row).to_contain_text(key_pages.url)
    assert_accessible(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320


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
def test_the_list_of_partners_is_accessible_with_everything_open(open_window: OpenWindow, language: str) -> None:
    window = open_window(language)
    window.sign_in("operator", "Rudi Hartono")
    page = window.open("verification", "/console/partners")
    for keys in page.locator("main details").all():
        keys.locator("summary").click()
    expect(page.locator("h1")).to_have_text({"id": "Mitra", "en": "Partners"}[language])
    assert_accessible(page)
