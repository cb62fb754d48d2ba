"""Clients of every kind get the tokens of the interface, from OAuth clients that others wrote."""

import time
import uuid

import pytest
from joserfc.jwk import RSAKey

from tests.foreign.node_programs import Node
from tests.foreign.parties import REGISTERED, Parties
from tests.foreign.partner import Partner

# The interface's section 2.
SCOPES = {
    "employer": "accident-reports.write accident-reports.read subscriptions.manage",
    "channel": "self-reports.write self-reports.read",
    "hospital": "system/*.crus",
    "disnaker": "notifications.read subscriptions.manage determinations.write cases.read",
    "bpjs-verifier": "claims.read claims.decide",
    "bpjs-core": "claims.stream claims.read participants.write payments.write",
    "auditor": "audit.read claims.read",
    "operator": "operations.manage partners.manage",
}


@pytest.mark.parametrize("kind", SCOPES)
def test_authlib_gets_every_kind_its_scopes_in_es384(parties: Parties, kind: str) -> None:
    partner = parties.of_kind[kind]
    assert partner.info["private_key_jwk"]["crv"] == "P-384"
    assert partner.scopes == set(SCOPES[kind].split())
    assert partner.info["org"] == REGISTERED[kind][0]
    assert (partner.info["client_secret"] is not None) == (kind == "hospital")


def rsa_client(parties: Parties) -> Partner:
    """A second client of the same employer, with an RSA key of its own."""
    key = RSAKey.generate_key(2048, parameters={"kid": uuid.uuid4().hex})
    registration = {
        "kind": "employer",
        "org": parties.employer.info["org"],
        "name": "PT Contoh Baja, HRIS",
        "region_code": None,
        "public_jwk": key.as_dict(private=False),
    }
    made = parties.operator.post("partners", "/v1/clients", registration)
    own = {"client_id": made["client_id"], "private_key_jwk": key.as_dict(private=True)}
    return Partner({**parties.employer.info, **own})


def test_authlib_signs_in_with_an_rsa_key_in_rs384(parties: Parties) -> None:
    partner = rsa_client(parties)
    try:
        assert partner.scopes == parties.employer.scopes
        assert partner.get("intake", "/v1/accident-reports", limit=1)["items"] is not None
    finally:
        partner.close()


def test_an_openid_client_signs_in_by_discovery_and_its_tokens_are_rfc_9068(node: Node, parties: Parties) -> None:
    with_rsa = rsa_client(parties)
    with_rsa.close()
    asked = [parties.verifier, with_rsa]
    clients = [{name: p.info[name] for name in ("client_id", "private_key_jwk")} for p in asked]
    answers = node.run("openid.mjs", {"issuer": parties.employer.info["issuer"], "clients": clients})
    for partner, answer in zip(asked, answers, strict=True):
        payload = answer["payload"]
        assert answer["token"]["token_type"].lower() == "bearer"
        assert answer["token"]["expires_in"] == 300
        assert payload["exp"] - payload["iat"] == 300
        assert abs(payload["iat"] - time.time()) < 60
        assert payload["client_id"] == payload["sub"] == partner.info["client_id"]
        assert payload["org"] == partner.info["org"]
        assert set(payload["scope"].split()) == partner.scopes
        assert payload["jti"]
        assert {"ES384", "RS384"} <= set(answer["server"]["token_endpoint_auth_signing_alg_values_supported"])
        assert "private_key_jwt" in answer["server"]["token_endpoint_auth_methods_supported"]
