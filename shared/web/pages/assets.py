"""Styles, scripts and pictures under names that hold their content's hash, so that a browser may keep them for ever.

Our own lie in the folder `assets` of the pages; what others wrote is pinned in `shared/web/pages/assets`'s
package-lock.json and fetched by npm at build (docs/decisions/0111). Nothing comes from another host at run time.
"""

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.errors import NotFound

SHARED_ASSETS = Path(__file__).parent / "assets"
ASSETS_PATH = "/assets"
# The name in templates, and where npm puts the files. htmx looks at the page as soon as it has run, so an extension
# that came in a file of its own would sometimes come too late.
_FROM_NPM = {
    "htmx.js": ("node_modules/htmx.org/dist/htmx.min.js", "node_modules/htmx.org/dist/ext/hx-sse.min.js"),
}
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
    """All files of one service's pages, in memory."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._served: dict[str, Asset] = {}
        self._names: dict[str, str] = {}
        self.missing: list[str] = []
        for name, fetched in _FROM_NPM.items():
            paths = [SHARED_ASSETS / path for path in fetched]
            if all(path.is_file() for path in paths):
                self._add(name, b";\n".join(path.read_bytes() for path in paths))
            else:
                self.missing.append(name)
        for folder in (SHARED_ASSETS, *folders):
            for path in sorted(folder.iterdir()):
                if path.suffix in _TYPES:
                    self._add(path.name, path.read_bytes())

    def url(self, name: str) -> str:
        """The address of an asset. Raises KeyError for one that is not there."""
        if name in self.missing:
            raise KeyError(f"{name} has not been fetched: npm does that in `make up` and `make test`")
        return f"{ASSETS_PATH}/{self._names[name]}"

    def served(self, hashed_name: str) -> Asset:
        """Raises NotFound."""
        found = self._served.get(hashed_name)
        if found is None:
            raise NotFound("not-found", "There is nothing at this address.")
        return found

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
