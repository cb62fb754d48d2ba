"""The folder of secrets: made once at the first start, read by each service at its start.

| file | what | needed by |
|---|---|---|
| `key-encryption-key` | base64 of 32 bytes; or `SIMPUL_KEY_ENCRYPTION_KEY` in the environment, which wins | all |
| `keyring.json` | data keys, wrapped | all |
| `index-keyring.json` | blind-index keys, wrapped | all |
| `worker-key` | base64 of 32 bytes; never rotates | all |
| `token-signing-key.json` | private JWK, ES256 | partners |
| `bootstrap-operator.json` | client id and public JWK of the first operator | partners |
| `operator.json` | client id and private JWK (ES384) of the first operator | the launcher |
| `bootstrap-console.json` | client id and public JWK by which the console reads papers at intake | partners |
| `console.json` | the same client's private JWK (ES384) | verification |
"""

import os
import secrets
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from joserfc.jwk import ECKey

from shared.sealing.keyed_hashes import BlindIndex, WorkerKeys
from shared.sealing.keyring import KEY_BYTES, Keyring, KeyringUnusable
from shared.sealing.sealer import Sealer

KEK_VARIABLE = "SIMPUL_KEY_ENCRYPTION_KEY"
KEK_FILE = "key-encryption-key"
WORKER_KEY_FILE = "worker-key"
TOKEN_SIGNING_KEY_FILE = "token-signing-key.json"
OPERATOR_FILE = "operator.json"
BOOTSTRAP_OPERATOR_FILE = "bootstrap-operator.json"
CONSOLE_FILE = "console.json"
BOOTSTRAP_CONSOLE_FILE = "bootstrap-console.json"
# Purpose of each ring and its file; the purpose is bound into the wrapping.
DATA_RING, DATA_RING_FILE = "data", "keyring.json"
INDEX_RING, INDEX_RING_FILE = "index", "index-keyring.json"

OPERATOR_CLIENT_ID = "operator-bootstrap"
OPERATOR_ORG = "operator:hub"
CONSOLE_CLIENT_ID = "console-bootstrap"
CONSOLE_ORG = "bpjs:console"


@dataclass(frozen=True)
class Secrets:
    """What a service needs to seal, open, key and index."""

    sealer: Sealer
    worker_keys: WorkerKeys
    blind_index: BlindIndex


def create_secrets(folder: Path, environ: Mapping[str, str] | None = None) -> None:
    """Make the files that are missing (0600, in a folder of 0700); what exists is never touched, so calling it at
    every start is safe. Raises KeyringUnusable when a keyring exists and the key that wraps it is gone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    _ensure_kek(folder, _environ(environ))
    kek = read_kek(folder, environ)
    for purpose, file in ((DATA_RING, DATA_RING_FILE), (INDEX_RING, INDEX_RING_FILE)):
        if not (folder / file).exists():
            _write_new(folder / file, orjson.dumps(Keyring.generate(purpose).wrap(kek)))
    if not (folder / WORKER_KEY_FILE).exists():
        _write_new(folder / WORKER_KEY_FILE, _new_key_text())
    if not (folder / TOKEN_SIGNING_KEY_FILE).exists():
        _write_new(folder / TOKEN_SIGNING_KEY_FILE, orjson.dumps(_new_private_jwk("P-256", "ES256")))
    _ensure_client(folder, OPERATOR_FILE, BOOTSTRAP_OPERATOR_FILE, OPERATOR_CLIENT_ID, OPERATOR_ORG)
    _ensure_client(folder, CONSOLE_FILE, BOOTSTRAP_CONSOLE_FILE, CONSOLE_CLIENT_ID, CONSOLE_ORG)


def load_secrets(folder: Path, environ: Mapping[str, str] | None = None) -> Secrets:
    """Read the keyrings and the worker key. Raises KeyringUnusable naming the file that is missing or wrong."""
    kek = read_kek(folder, environ)
    return Secrets(
        sealer=Sealer(read_keyring(folder, DATA_RING, DATA_RING_FILE, kek)),
        worker_keys=WorkerKeys(_decode_key(_read(folder / WORKER_KEY_FILE), WORKER_KEY_FILE)),
        blind_index=BlindIndex(read_keyring(folder, INDEX_RING, INDEX_RING_FILE, kek)),
    )


def rotate(folder: Path, purpose: str = DATA_RING, environ: Mapping[str, str] | None = None) -> str:
    """Add a fresh primary to the `data` or `index` ring and give its id. Services take it at their next start; rows
    are re-encrypted in the background, and every key stays in the ring until it is retired."""
    file = {DATA_RING: DATA_RING_FILE, INDEX_RING: INDEX_RING_FILE}[purpose]
    kek = read_kek(folder, environ)
    rotated = read_keyring(folder, purpose, file, kek).with_new_primary()
    _write(folder / file, orjson.dumps(rotated.wrap(kek)))
    return rotated.primary


def read_kek(folder: Path, environ: Mapping[str, str] | None = None) -> bytes:
    """The key-encryption key: from the environment, else from its file. Raises KeyringUnusable."""
    from_environment = _environ(environ).get(KEK_VARIABLE)
    if from_environment:
        return _decode_key(from_environment.encode(), KEK_VARIABLE)
    return _decode_key(_read(folder / KEK_FILE), KEK_FILE)


def read_keyring(folder: Path, purpose: str, file: str, kek: bytes) -> Keyring:
    """One ring, opened. Raises KeyringUnusable."""
    try:
        document = orjson.loads(_read(folder / file))
    except orjson.JSONDecodeError:
        raise KeyringUnusable(f"{file} is not JSON") from None
    return Keyring.unwrap(purpose, document, kek)


def read_jwk_file(folder: Path, file: str) -> dict[str, Any]:
    """The JSON of a file with a key, such as `operator.json`. Raises KeyringUnusable."""
    try:
        document: dict[str, Any] = orjson.loads(_read(folder / file))
    except orjson.JSONDecodeError:
        raise KeyringUnusable(f"{file} is not JSON") from None
    return document


def _environ(environ: Mapping[str, str] | None) -> Mapping[str, str]:
    return os.environ if environ is None else environ


def _ensure_kek(folder: Path, environ: Mapping[str, str]) -> None:
    if environ.get(KEK_VARIABLE) or (folder / KEK_FILE).exists():
        return
    # A fresh key-encryption key beside old keyrings would only hide that the old one is lost.
    rings_exist = (folder / DATA_RING_FILE).exists() or (folder / INDEX_RING_FILE).exists()
    if rings_exist:
        if (folder / KEK_FILE).exists():  # another first start was between the two looks
            return
        raise KeyringUnusable(f"{KEK_FILE} is missing while keyrings wrapped by it exist; restore it or {KEK_VARIABLE}")
    _write_new(folder / KEK_FILE, _new_key_text())


def _ensure_client(folder: Path, private_file: str, public_file: str, client_id: str, org: str) -> None:
    """A client of the hub's own: its private key for whoever calls, its public one for `partners`."""
    if not (folder / private_file).exists():
        jwk = _new_private_jwk("P-384", "ES384")
        made = {"client_id": client_id, "org": org, "private_jwk": jwk}
        _write_new(folder / private_file, orjson.dumps(made))
    if not (folder / public_file).exists():
        client = read_jwk_file(folder, private_file)
        public = {name: value for name, value in client["private_jwk"].items() if name != "d"}
        bootstrap = {"client_id": client["client_id"], "org": client["org"], "public_jwk": public}
        _write_new(folder / public_file, orjson.dumps(bootstrap))


def _new_private_jwk(curve: str, algorithm: str) -> dict[str, Any]:
    key = ECKey.generate_key(curve, private=True)
    kid = key.thumbprint()
    return {**key.as_dict(private=True), "kid": kid, "alg": algorithm, "use": "sig"}


def _new_key_text() -> bytes:
    return b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n"


def _decode_key(text: bytes, where: str) -> bytes:
    try:
        key = b64decode(text.strip(), validate=True)
    except ValueError:
        raise KeyringUnusable(f"{where} is not base64") from None
    if len(key) != KEY_BYTES:
        raise KeyringUnusable(f"{where} is not {KEY_BYTES} bytes in base64")
    return key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyringUnusable(f"{path.name} cannot be read: {error.strerror}") from None


def _write_new(path: Path, content: bytes) -> None:
    """Write atomically unless the file exists by now: of two that start at once, the first to finish wins."""
    temporary = _written_beside(path, content)
    try:
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink()
    _sync_folder(path.parent)


def _write(path: Path, content: bytes) -> None:
    """Replace a file atomically."""
    _written_beside(path, content).replace(path)
    _sync_folder(path.parent)


def _written_beside(path: Path, content: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # 0600 by definition
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
