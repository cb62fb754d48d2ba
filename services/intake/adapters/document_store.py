"""Papers in a folder or an S3-compatible bucket, sealed, each under the SHA-256 of its content.

The same content is the same object, whoever sent it and however often; the seal is bound to the address, so that a
swapped or damaged object does not open. A paper's rows are in the database; an object that no row names is harmless.
"""

import asyncio
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, S3Store

from shared.errors import Unavailable, Unreadable
from shared.sealing import Sealer

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_TYPE = "document"


class SealedDocumentStore:
    """Implements the application's `DocumentStore`."""

    def __init__(self, store: "ObjectStore", sealer: Sealer, *, timeout_seconds: float = 20.0) -> None:
        self._store = store
        self._sealer = sealer
        self._timeout_seconds = timeout_seconds

    async def put(self, sha256: str, content: bytes) -> None:
        """Keep `content` for good. Writing it again is harmless. Raises Unavailable when the store is away."""
        sealed = await asyncio.to_thread(self._sealer.seal_bytes, content, type=_TYPE, id=sha256, version=1)
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await obstore.put_async(self._store, _path(sha256), sealed, use_multipart=False)
        except (BaseError, OSError) as error:
            raise Unavailable("the document store", 5) from error

    async def get(self, sha256: str) -> bytes:
        """The content. Raises Unavailable when the store is away, has lost the object or gives a damaged one."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                found = await obstore.get_async(self._store, _path(sha256))
                sealed = bytes(await found.bytes_async())
            content = await asyncio.to_thread(self._sealer.open_bytes, sealed, type=_TYPE, id=sha256, version=1)
        except (BaseError, OSError, Unreadable) as error:
            raise Unavailable("the document store", 30) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Unavailable("the document store", 30)
        return content

    async def ping(self) -> None:
        """Raises Unavailable when the store does not answer. An absent object is an answer."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await obstore.head_async(self._store, "00/readiness")
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise Unavailable("the document store", 5) from error


def open_object_store(url: str, *, allow_http: bool, timeout_seconds: float, **s3: Any) -> "ObjectStore":
    """`file:///folder` (made when missing), `s3://bucket/prefix` or `memory:///`; `s3` are S3Store's settings.

    Raises ValueError for any other URL.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return LocalStore(Path(unquote(parts.path)), mkdir=True)
    if parts.scheme == "memory":
        return MemoryStore()
    if parts.scheme != "s3":
        raise ValueError("the document store's URL begins with file://, s3:// or memory://")
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        client_options={"allow_http": allow_http, "timeout": timedelta(seconds=timeout_seconds)},
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=timeout_seconds)},
        **{name: value for name, value in s3.items() if value is not None},
    )


def _path(sha256: str) -> str:
    # Two levels, so that no folder grows without bound.
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
