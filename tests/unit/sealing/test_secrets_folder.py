import os
import stat
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from shared.sealing import create_secrets, load_secrets, rotate
from shared.sealing.keyring import KeyringUnusable
from shared.sealing.secrets_folder import KEK_VARIABLE, read_jwk_file

FILES = {
    "key-encryption-key",
    "keyring.json",
    "index-keyring.json",
    "worker-key",
    "token-signing-key.json",
    "operator.json",
    "bootstrap-operator.json",
    "console.json",
    "bootstrap-console.json",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_secrets(tmp_path / "secrets", {})
    return tmp_path / "secrets"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_first_start_makes_every_file_for_its_owner_only(folder: Path) -> None:
    assert set(contents(folder)) == FILES
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_second_start_changes_nothing(folder: Path) -> None:
    before = contents(folder)
    create_secrets(folder, {})
    assert contents(folder) == before


@pytest.mark.parametrize("name", sorted(FILES - {"key-encryption-key"}))
def test_a_missing_file_is_made_and_the_others_stay(folder: Path, name: str) -> None:
    before = contents(folder)
    (folder / name).unlink()
    create_secrets(folder, {})
    after = contents(folder)
    assert set(after) == FILES
    assert {k: v for k, v in after.items() if k != name} == {k: v for k, v in before.items() if k != name}


def test_a_lost_key_encryption_key_is_not_papered_over(folder: Path) -> None:
    (folder / "key-encryption-key").unlink()
    with pytest.raises(KeyringUnusable, match="restore it"):
        create_secrets(folder, {})


def test_many_first_starts_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: create_secrets(tmp_path / "s", {}), range(8)))
    assert set(contents(tmp_path / "s")) == FILES
    load_secrets(tmp_path / "s", {})


def test_what_one_service_seals_another_opens(folder: Path) -> None:
    one, other = load_secrets(folder, {}), load_secrets(folder, {})
    blob = one.sealer.seal_bytes(b"x", type="t", id="i", version=1)
    assert other.sealer.open_bytes(blob, type="t", id="i", version=1) == b"x"
    assert one.worker_keys.worker_key(nik="1") == other.worker_keys.worker_key(nik="1")
    assert one.blind_index.nik("1") == other.blind_index.nik("1")


def test_the_key_encryption_key_may_come_from_the_environment(tmp_path: Path) -> None:
    environ = {KEK_VARIABLE: b64encode(os.urandom(32)).decode()}
    create_secrets(tmp_path, environ)
    assert not (tmp_path / "key-encryption-key").exists()
    load_secrets(tmp_path, environ)
    with pytest.raises(KeyringUnusable, match="key-encryption-key cannot be read"):
        load_secrets(tmp_path, {})


@pytest.mark.parametrize("text", ["", "?", b64encode(b"short").decode()])
def test_a_bad_key_is_a_clear_error_without_the_key(folder: Path, text: str) -> None:
    (folder / "worker-key").write_text(text)
    with pytest.raises(KeyringUnusable, match="worker-key is not"):
        load_secrets(folder, {})


@pytest.mark.parametrize("name", ["keyring.json", "index-keyring.json"])
def test_a_broken_keyring_is_a_clear_error(folder: Path, name: str) -> None:
    (folder / name).write_text("{")
    with pytest.raises(KeyringUnusable, match=f"{name} is not JSON"):
        load_secrets(folder, {})


@pytest.mark.parametrize("purpose", ["data", "index"])
def test_rotation_adds_a_primary_and_keeps_the_rest(folder: Path, purpose: str) -> None:
    before = load_secrets(folder, {})
    blob = before.sealer.seal_bytes(b"x", type="t", id="i", version=1)
    new_primary = rotate(folder, purpose, {})
    after = load_secrets(folder, {})
    assert after.sealer.open_bytes(blob, type="t", id="i", version=1) == b"x"
    assert before.blind_index.nik("1") in after.blind_index.all("nik", "1")
    assert (after.sealer.primary_key_id == new_primary) is (purpose == "data")
    assert stat.S_IMODE((folder / "keyring.json").stat().st_mode) == 0o600


def test_the_operators_public_key_fits_its_private_key_and_holds_no_secret(folder: Path) -> None:
    operator, bootstrap = read_jwk_file(folder, "operator.json"), read_jwk_file(folder, "bootstrap-operator.json")
    assert operator["client_id"] == bootstrap["client_id"] == "operator-bootstrap"
    assert bootstrap["org"] == "operator:hub"
    assert "d" not in bootstrap["public_jwk"]
    token = jwt.encode({"alg": "ES384"}, {"sub": "x"}, ECKey.import_key(operator["private_jwk"]), algorithms=["ES384"])
    assert jwt.decode(token, ECKey.import_key(bootstrap["public_jwk"]), algorithms=["ES384"]).claims == {"sub": "x"}


def test_the_token_signing_key_is_es256_with_an_id(folder: Path) -> None:
    jwk = orjson.loads((folder / "token-signing-key.json").read_bytes())
    assert (jwk["kty"], jwk["crv"], jwk["alg"]) == ("EC", "P-256", "ES256")
    assert jwk["kid"]
    assert jwk["d"]


def test_no_secret_shows_in_what_a_service_holds(folder: Path) -> None:
    shown = repr(load_secrets(folder, {}))
    for content in contents(folder).values():
        assert content.decode().strip() not in shown
