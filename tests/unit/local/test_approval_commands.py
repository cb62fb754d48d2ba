"""`simpul partner waiting` and `approve`, against a registry that shows clients as the service does."""

import contextlib
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey
from typer.testing import CliRunner, Result

from deploy.local import approval_commands
from deploy.local.command_line import app
from deploy.local.problems import HubProblem
from services.partners.domain.credentials import Credential
from services.partners.domain.key_sets import KeySet
from services.partners.domain.partners import Client, ClientKind, ClientStatus
from services.partners.entrypoints.http.client_views import view

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
KEY = ECKey.generate_key("P-384", parameters={"kid": "november"})
JWK = {name: str(value) for name, value in KEY.as_dict(private=False).items()}
BY_VALUE = Credential(uuid.uuid4(), "operator-1", NOW, public_jwk=JWK)
BY_ADDRESS = Credential(uuid.uuid4(), "operator-1", NOW, key_set=KeySet("https://keys.example/", (JWK,), NOW))
CLIENT = Client(
    "c1",
    "hospital:100000401",
    ClientKind.HOSPITAL,
    "RS Contoh",
    ClientStatus.REQUESTED,
    NOW,
    "oidc:rudi",
    "Rudi Hartono",
    credentials=(BY_VALUE,),
)


class FakeOperator:
    def __init__(self, client: Client) -> None:
        self.client = client
        self.posted: list[tuple[str, Mapping[str, Any]]] = []

    def _view(self, status: ClientStatus | None = None) -> dict[str, Any]:
        return view(replace(self.client, status=status or self.client.status), NOW).model_dump(mode="json")

    def every(self, service: str, path: str) -> Iterator[dict[str, Any]]:
        assert (service, path) == ("partners", "/v1/clients")
        yield self._view()

    def get(self, service: str, path: str) -> dict[str, Any]:
        assert (service, path) == ("partners", "/v1/clients/c1")
        return self._view()

    def post(self, service: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        self.posted.append((path, body))
        return self._view(ClientStatus.ACTIVE)


def operator(monkeypatch: pytest.MonkeyPatch, client: Client) -> FakeOperator:
    made = FakeOperator(client)
    monkeypatch.setattr(approval_commands, "signed_in", lambda _: contextlib.nullcontext(made))
    return made


def run(*arguments: str, said: str = "") -> Result:
    return CliRunner().invoke(app, ["partner", *arguments], input=said)


def test_what_waits_is_shown_with_what_can_be_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    operator(monkeypatch, CLIENT)
    told = run("waiting").output
    for expected in ("c1  hospital  hospital:100000401", "system/*.crus", "Rudi Hartono (oidc:rudi)", KEY.thumbprint()):
        assert expected in told
    operator(monkeypatch, replace(CLIENT, status=ClientStatus.REVOKED))
    assert run("waiting").output == "nothing waits\n"


def test_a_client_is_approved_with_what_was_shown_and_after_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    made = operator(monkeypatch, CLIENT)
    assert run("approve", "c1", said="n\n").exit_code == 1
    assert made.posted == []
    done = run("approve", "c1", said="y\n")
    assert "c1 of hospital:100000401 is active" in done.output
    assert made.posted == [("/v1/clients/c1/approval", {"credentials": [str(BY_VALUE.id)]})]


def test_keys_that_were_added_are_approved_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    active = replace(BY_VALUE, approved_by="oidc:dewi", approved_at=NOW)
    made = operator(monkeypatch, replace(CLIENT, status=ClientStatus.ACTIVE, credentials=(active, BY_ADDRESS)))
    told = run("approve", "c1", "--yes").output
    assert f"keys at https://keys.example/; key {KEY.thumbprint()}" in told
    assert made.posted == [(f"/v1/clients/c1/credentials/{BY_ADDRESS.id}/approval", {})]


def test_what_does_not_wait_is_not_approved(monkeypatch: pytest.MonkeyPatch) -> None:
    operator(monkeypatch, replace(CLIENT, status=ClientStatus.REVOKED))
    refused = run("approve", "c1", "--yes")
    assert isinstance(refused.exception, HubProblem)
    assert "it is revoked" in str(refused.exception)


def test_a_file_that_signs_nobody_in_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "operator.json"
    file.write_text('{"client_id": "c", "private_key_jwk": null}')
    refused = run("waiting", "--as", str(file))
    assert isinstance(refused.exception, HubProblem)
    assert "holds no private_key_jwk" in str(refused.exception)


def test_another_operators_file_is_who_approves(tmp_path: Path) -> None:
    file = tmp_path / "operator.json"
    file.write_text(json.dumps({"client_id": "operator-2", "private_key_jwk": KEY.as_dict(private=True), "org": "x"}))
    read = approval_commands._client_in(file)
    assert read is not None
    assert (read["client_id"], read["private_jwk"]["kid"]) == ("operator-2", "november")
