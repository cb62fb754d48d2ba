"""`simpul partner add` against a small registry that checks what it is sent."""

import http.server
import json
import os
import socket
import stat
import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, JWKRegistry

from deploy.local.hub_operator import operator_of
from deploy.local.partner import add_partner
from deploy.local.partner_kinds import PartnerKind
from deploy.local.ports import HOST, free_port
from deploy.local.problems import HubProblem
from deploy.local.settings import SERVICES, HubSettings
from shared.sealing import create_secrets

MEMBERS = {
    "client_id",
    "org",
    "scopes",
    "token_endpoint",
    "issuer",
    "private_key_jwk",
    "client_secret",
    "base_urls",
}


@dataclass
class Registry:
    """Discovery, token endpoint and `/v1/clients` on one port."""

    port: int
    operator: dict[str, Any]
    registered: list[dict[str, Any]] = field(default_factory=list)
    refusal: dict[str, Any] | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def get(self, path: str) -> tuple[int, dict[str, Any]]:
        assert path == "/.well-known/openid-configuration"
        return 200, {"issuer": self.url, "token_endpoint": f"{self.url}/oauth2/token"}

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if path == "/oauth2/token":
            form = dict(urllib.parse.parse_qsl(body.decode()))
            assert form["grant_type"] == "client_credentials"
            key = JWKRegistry.import_key(self.operator["public_jwk"])
            claims = jwt.decode(form["client_assertion"], key, algorithms=["ES384"]).claims
            assert claims["iss"] == claims["sub"] == self.operator["client_id"]
            assert claims["aud"] == f"{self.url}/oauth2/token"
            return 200, {"access_token": "the-operators-token"}
        assert path == "/v1/clients"
        assert headers["Authorization"] == "Bearer the-operators-token"
        sent = json.loads(body)
        self.registered.append(sent)
        if self.refusal:
            return 422, self.refusal
        secret = "s" if sent["kind"] == "hospital" else None
        made = {"client_id": f"c{len(self.registered)}", "org": sent["org"], "kind": sent["kind"], "status": "active"}
        return 201, {**made, "scopes": ["a.read"], "client_secret": secret}


@pytest.fixture
def settings(tmp_path: Path) -> HubSettings:
    made = HubSettings(home=tmp_path / "home", port_base=free_port())
    create_secrets(made.secrets_dir)
    return made


@pytest.fixture
def registry(settings: HubSettings) -> Iterator[Registry]:
    operator = json.loads((settings.secrets_dir / "bootstrap-operator.json").read_text())
    made = Registry(settings.port("partners"), operator)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(*made.get(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(*made.post(self.path, body, dict(self.headers.items())))

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer((HOST, made.port), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_file_holds_exactly_the_documented_members_and_only_its_owner_can_read_it(
    settings: HubSettings, registry: Registry, tmp_path: Path
) -> None:
    out = tmp_path / "employer.json"
    out.write_text("an older file that everybody can read")
    out.chmod(0o644)
    add_partner(settings, PartnerKind.EMPLOYER, org="employer:JJ012345", name="PT Contoh", region=None, out=out)
    written = json.loads(out.read_text())
    assert set(written) == MEMBERS
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert written["client_id"] == "c1"
    assert written["org"] == "employer:JJ012345"
    assert written["scopes"] == ["a.read"]
    assert written["issuer"] == registry.url
    assert written["token_endpoint"] == f"{registry.url}/oauth2/token"
    assert written["client_secret"] is None
    assert written["base_urls"] == {name: settings.url(name) for name in SERVICES}


def test_a_test_clients_file_says_so(settings: HubSettings, registry: Registry, tmp_path: Path) -> None:
    out = tmp_path / "trial.json"
    add_partner(settings, PartnerKind.EMPLOYER, org="employer:JJ1", name="PT", region=None, out=out, test=True)
    assert (registry.registered[0]["org"], registry.registered[0]["test"]) == ("employer:JJ1", True)
    assert json.loads(out.read_text())["test"] is True


def test_only_the_public_half_of_the_key_is_sent(settings: HubSettings, registry: Registry, tmp_path: Path) -> None:
    out = tmp_path / "hospital.json"
    add_partner(settings, PartnerKind.HOSPITAL, org="hospital:100000401", name="RS", region="3671", out=out)
    written = json.loads(out.read_text())
    private, sent = written["private_key_jwk"], registry.registered[0]
    assert sent["kind"] == "hospital"
    assert sent["region_code"] == "3671"
    assert "d" not in sent["public_jwk"]
    assert {**sent["public_jwk"], "d": private["d"]} == private
    assert (private["kty"], private["crv"]) == ("EC", "P-384")
    assert private["kid"]
    assert written["client_secret"] == "s"


def test_of_a_partner_that_publishes_its_keys_the_address_is_registered_and_no_pair_is_made(
    settings: HubSettings, registry: Registry, tmp_path: Path
) -> None:
    url, out = "https://keys.example.com/jwks.json", tmp_path / "employer.json"
    add_partner(settings, PartnerKind.EMPLOYER, org="employer:1", name="X", region=None, out=out, jwks_url=url)
    assert registry.registered[0]["jwks_uri"] == url
    assert registry.registered[0]["public_jwk"] is None
    written = json.loads(out.read_text())
    assert (set(written), written["private_key_jwk"]) == (MEMBERS, None)


def test_each_call_makes_another_key(settings: HubSettings, registry: Registry, tmp_path: Path) -> None:
    for file in ("a.json", "b.json"):
        add_partner(settings, PartnerKind.AUDITOR, org="auditor:x", name="X", region=None, out=tmp_path / file)
    first, second = (sent["public_jwk"]["kid"] for sent in registry.registered)
    assert first != second


def test_a_refusal_names_every_problem_and_leaves_the_old_file(
    settings: HubSettings, registry: Registry, tmp_path: Path
) -> None:
    out = tmp_path / "old.json"
    out.write_text("old")
    registry.refusal = {"detail": "not like this", "errors": [{"pointer": "/org", "detail": "has no kind"}]}
    with pytest.raises(HubProblem, match=r"answered 422: not like this; /org: has no kind"):
        add_partner(settings, PartnerKind.EMPLOYER, org="x", name="X", region=None, out=out)
    assert out.read_text() == "old"


def test_a_file_that_cannot_be_written_is_refused_before_anything_is_registered(
    settings: HubSettings, registry: Registry, tmp_path: Path
) -> None:
    for out in (tmp_path / "missing" / "a.json", tmp_path):
        with pytest.raises(HubProblem, match="cannot be written"):
            add_partner(settings, PartnerKind.EMPLOYER, org="x", name="X", region=None, out=out)
    assert registry.registered == []


def test_another_operators_key_signs_in_as_that_operator(settings: HubSettings, registry: Registry) -> None:
    key = ECKey.generate_key("P-384", parameters={"kid": "second"})
    registry.operator = {"client_id": "operator-2", "public_jwk": key.as_dict(private=False)}
    second = {"client_id": "operator-2", "private_jwk": key.as_dict(private=True)}
    with operator_of(settings, second) as operator:
        assert operator.post("partners", "/v1/clients", {"kind": "auditor", "org": "auditor:x"})["client_id"] == "c1"


def test_without_a_running_hub_the_command_says_how_to_start_one(settings: HubSettings, tmp_path: Path) -> None:
    with pytest.raises(HubProblem, match="start it with `make up`"):
        add_partner(settings, PartnerKind.EMPLOYER, org="x", name="X", region=None, out=tmp_path / "a.json")


def test_something_else_on_the_port_is_no_hub(settings: HubSettings, tmp_path: Path) -> None:
    with socket.create_server((HOST, settings.port("partners"))) as server:
        closer = threading.Thread(target=lambda: server.accept()[0].close())
        closer.start()
        with pytest.raises(HubProblem, match="is the hub running"):
            add_partner(settings, PartnerKind.EMPLOYER, org="x", name="X", region=None, out=tmp_path / "a.json")
        closer.join()
    assert os.listdir(tmp_path) == ["home"]
