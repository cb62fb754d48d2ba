"""The document store: one behaviour on a folder, in memory and on an S3-compatible bucket."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from moto.server import ThreadedMotoServer

from services.intake.adapters.document_store import SealedDocumentStore, open_object_store
from shared.errors import Unavailable
from shared.sealing import Keyring, Sealer
from tests.support.intake_service import PNG
from tests.support.papers import PDF

_S3 = {"region": "ap-southeast-3", "access_key_id": "test", "secret_access_key": "test"}


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    with urlopen(Request(f"{endpoint}/papers", method="PUT")):
        pass
    yield endpoint
    server.stop()


@pytest.fixture(params=["folder", "memory", "s3"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A way to open the same place again."""
    if request.param == "folder":
        return lambda: open_object_store((tmp_path / "papers and more").as_uri(), allow_http=False, timeout_seconds=5)
    if request.param == "memory":
        kept = open_object_store("memory:///", allow_http=False, timeout_seconds=5)
        return lambda: kept
    endpoint = request.getfixturevalue("s3_endpoint")
    prefix = hashlib.sha256(str(tmp_path).encode()).hexdigest()[:8]
    return lambda: open_object_store(
        f"s3://papers/{prefix}", allow_http=True, timeout_seconds=5, endpoint=endpoint, **_S3
    )


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(Keyring.generate("data"))


async def test_what_was_put_is_there_for_another_process(opened: Any, sealer: Sealer) -> None:
    await SealedDocumentStore(opened(), sealer).put(sha256_of(PDF), PDF)
    assert await SealedDocumentStore(opened(), sealer).get(sha256_of(PDF)) == PDF


async def test_putting_the_same_content_again_is_harmless(opened: Any, sealer: Sealer) -> None:
    store = SealedDocumentStore(opened(), sealer)
    await store.put(sha256_of(PDF), PDF)
    await store.put(sha256_of(PDF), PDF)
    assert await store.get(sha256_of(PDF)) == PDF


async def test_an_object_under_anothers_address_does_not_open(opened: Any, sealer: Sealer) -> None:
    store, raw = SealedDocumentStore(opened(), sealer), opened()
    await store.put(sha256_of(PDF), PDF)
    await store.put(sha256_of(PNG), PNG)

    def place(content: bytes) -> str:
        digest = sha256_of(content)
        return f"{digest[:2]}/{digest[2:4]}/{digest}"

    swapped = bytes(await (await raw.get_async(place(PNG))).bytes_async())
    await raw.put_async(place(PDF), swapped)
    with pytest.raises(Unavailable):
        await store.get(sha256_of(PDF))


async def test_a_lost_object_is_unavailable(opened: Any, sealer: Sealer) -> None:
    with pytest.raises(Unavailable):
        await SealedDocumentStore(opened(), sealer).get(sha256_of(b"never put"))


async def test_a_store_that_answers_is_ready(opened: Any, sealer: Sealer) -> None:
    await SealedDocumentStore(opened(), sealer).ping()


async def test_a_store_that_is_away_is_unavailable(sealer: Sealer) -> None:
    store = open_object_store("s3://papers", allow_http=True, timeout_seconds=1, endpoint="http://127.0.0.1:9", **_S3)
    documents = SealedDocumentStore(store, sealer, timeout_seconds=1)
    for attempt in (documents.put(sha256_of(PDF), PDF), documents.get(sha256_of(PDF)), documents.ping()):
        with pytest.raises(Unavailable):
            await attempt


def test_another_kind_of_store_is_refused() -> None:
    with pytest.raises(ValueError, match="file://, s3:// or memory://"):
        open_object_store("ftp://host/folder", allow_http=False, timeout_seconds=1)
