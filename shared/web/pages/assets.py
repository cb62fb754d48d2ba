"""Styles, scripts and pictures under names that hold their content's hash, so that a browser may keep them for ever.

Our own lie in the folder `assets` of the pages; what others wrote is pinned in `shared/web/pages/assets`'s
package-lock.json and fetched by npm at build (docs/decisions/0111). Nothing comes from another host at run time.
"""

import gzip
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request, Response

from shared.errors import NotFound

SHARED_ASSETS = Path(__file__).parent / "assets"
ASSETS_PATH = "/assets"
# The name under which a file is known, and where npm puts what it is made of. htmx looks at the page as soon as it has
# run, so an extension that came in a file of its own would sometimes come too late.
PAGES_FROM_NPM = {
    "htmx.js": ("node_modules/htmx.org/dist/htmx.min.js", "node_modules/htmx.org/dist/ext/hx-sse.min.js"),
}
_FOR_EVER = "public, max-age=31536000, immutable"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True)
class Asset:
    """One file as it is served. `zipped` is None where gzip gains nothing."""

    media_type: str
    content: bytes
    zipped: bytes | None


class Assets:
    """Files that pages load, in memory: those of `folders` and what npm fetched, under addresses that begin with
    `path`."""

    def __init__(
        self, folders: Sequence[Path], from_npm: Mapping[str, Sequence[str]], *, path: str = ASSETS_PATH
    ) -> None:
        self._path = path
        self._served: dict[str, Asset] = {}
        self._names: dict[str, str] = {}
        self.missing: list[str] = []
        for name, fetched in from_npm.items():
            files = [SHARED_ASSETS / file for file in fetched]
            if all(file.is_file() for file in files):
                self._add(name, b";\n".join(file.read_bytes() for file in files))
            else:
                self.missing.append(name)
        for folder in folders:
            for file in sorted(folder.iterdir()):
                if file.suffix in _TYPES:
                    self._add(file.name, file.read_bytes())

    def url(self, name: str) -> str:
        """The address of an asset. Raises KeyError for one that is not there."""
        if name in self.missing:
            raise KeyError(f"{name} has not been fetched: npm does that in `make up` and `make test`")
        return f"{self._path}/{self._names[name]}"

    def served(self, hashed_name: str) -> Asset:
        """Raises NotFound."""
        found = self._served.get(hashed_name)
        if found is None:
            raise NotFound("not-found", "There is nothing at this address.")
        return found

    def response(self, request: Request, hashed_name: str) -> Response:
        """The answer to a browser. Raises NotFound."""
        found = self.served(hashed_name)
        headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
        if found.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(found.zipped, media_type=found.media_type, headers={**headers, "Content-Encoding": "gzip"})
        return Response(found.content, media_type=found.media_type, headers=headers)

    async def check(self) -> list[str]:
        """For `/readyz`."""
        return [f"npm has not fetched {', '.join(self.missing)}"] if self.missing else []

    def _add(self, name: str, content: bytes) -> None:
        path = Path(name)
        digest = hashlib.sha256(content).hexdigest()[:12]
        hashed_name = f"{path.stem}.{digest}{path.suffix}"
        zipped = gzip.compress(content, mtime=0)
        smaller = zipped if len(zipped) < len(content) else None
        self._served[hashed_name] = Asset(_TYPES[path.suffix], content, smaller)
        self._names[name] = hashed_name
