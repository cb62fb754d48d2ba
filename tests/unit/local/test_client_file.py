"""Reading the file of a client: what is there is taken, and what is missing is named without telling what is there."""

import json
from pathlib import Path

import pytest

from deploy.local.client_file import Proof, read_client_file
from deploy.local.problems import HubProblem

KEY = {"kty": "EC", "crv": "P-384", "kid": "november", "d": "geheim"}
WHOLE = {"client_id": "c1", "client_secret": "geheim", "private_key_jwk": KEY, "base_urls": {"intake": "http://x"}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "client.json"


@pytest.mark.parametrize("proof", Proof)
def test_a_whole_file_is_read_as_it_is(file: Path, proof: Proof) -> None:
    file.write_text(json.dumps(WHOLE))
    assert read_client_file(file, proof) == WHOLE


@pytest.mark.parametrize(
    ("changes", "proof", "told"),
    [
        ({"client_secret": None}, Proof.SECRET, "holds no client_secret"),
        ({"client_id": "", "client_secret": ""}, Proof.SECRET, "holds no client_id and no client_secret"),
        ({"private_key_jwk": None}, Proof.PRIVATE_KEY, "holds no private_key_jwk"),
        ({"private_key_jwk": "geheim"}, Proof.PRIVATE_KEY, "holds no private_key_jwk"),
        ({"private_key_jwk": {"kty": "EC", "kid": "public"}}, Proof.PRIVATE_KEY, "holds no private_key_jwk"),
        ({"base_urls": ["geheim"]}, Proof.SECRET, "is no client's file"),
        ({"sandbox": None}, Proof.SECRET, "is no client's file"),
    ],
)
def test_what_is_missing_is_named(file: Path, changes: dict[str, object], proof: Proof, told: str) -> None:
    file.write_text(json.dumps(WHOLE | changes))
    with pytest.raises(HubProblem, match=told) as refused:
        read_client_file(file, proof)
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff", b"[]", b'"text"'])
def test_what_is_no_file_of_a_client_is_said_so(file: Path, content: bytes | None) -> None:
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(HubProblem, match="client's file"):
        read_client_file(file, Proof.SECRET)
