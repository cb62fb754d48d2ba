"""The hub's descriptions of itself hold to the standards, by the standards' own schemas and tools."""

import json
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft7Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from deploy.local.hub import Hub
from deploy.local.settings import SERVICES
from tests.foreign.accident import PressAccident
from tests.foreign.node_programs import MODULES, Node
from tests.foreign.parties import Parties


def described(hub: Hub, service: str, path: str = "/openapi.json") -> Any:
    return httpx.get(hub.settings.url(service) + path, timeout=30).raise_for_status().json()


@pytest.mark.usefixtures("node")
def test_the_asyncapi_document_is_valid_by_the_official_schema(hub: Hub) -> None:
    schema = json.loads((MODULES / "@asyncapi" / "specs" / "schemas" / "3.0.0.json").read_text(encoding="utf-8"))
    document = described(hub, "verification", "/asyncapi.json")
    assert document["asyncapi"].startswith("3.")
    assert {server["host"] for server in document["servers"].values()} == {hub.bootstrap}
    assert [error.message for error in Draft7Validator(schema).iter_errors(document)] == []
    # The schema would notice.
    document["channels"]["bogus"] = {"adress": "jkk.claims"}
    assert not Draft7Validator(schema).is_valid(document)


@pytest.mark.parametrize("service", SERVICES)
def test_each_openapi_document_is_valid(hub: Hub, service: str) -> None:
    document = described(hub, service)
    assert document["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_a_client_generated_from_the_descriptions_compiles_and_works(
    hub: Hub, node: Node, parties: Parties, tmp_path: Path
) -> None:
    client = {
        "intake": hub.settings.url("intake"),
        "verification": hub.settings.url("verification"),
        "employer": parties.employer.token,
        "verifier": parties.verifier.token,
        "key": uuid.uuid4().hex,
        "report": PressAccident().report(),
    }
    documents = {service: described(hub, service) for service in SERVICES}
    answer = node.run("compile.mjs", {"folder": str(tmp_path), "documents": documents, "client": client})
    assert answer["diagnostics"] == []
    assert answer["played"]["read"] == answer["played"]["sent"]
