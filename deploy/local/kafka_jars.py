"""Kafka's jars: named with their digests in `kafka_jars.json`, fetched by Maven coordinate through jgo, kept for ever.

After changing `COORDINATES`, run `python -m deploy.local.kafka_jars` to write the list anew.
"""

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.local.problems import HubProblem
from deploy.local.progress import Advance, Reporter

if TYPE_CHECKING:
    from jgo.maven import MavenContext

KAFKA_VERSION = "4.3.1"
MAVEN_CENTRAL_URL = "https://repo.maven.apache.org/maven2"
COORDINATES = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}",
    # Kafka logs through slf4j and brings log4j, but not the piece between them.
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",
)
LIST = Path(__file__).with_name("kafka_jars.json")
DOWNLOADS_AT_ONCE = 6
ATTEMPTS = 3
TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Jar:
    """One file of the class path."""

    coordinate: str
    file: str
    size_bytes: int
    sha256: str


def listed_jars() -> list[Jar]:
    """The class path as committed."""
    return [Jar(**entry) for entry in json.loads(LIST.read_text(encoding="utf-8"))]


def missing_jars(cache: Path) -> list[Jar]:
    """What `fetch_jars` would download. Sizes are compared; digests were when the file came."""
    folder = jar_folder(cache)
    return [jar for jar in listed_jars() if _size(folder / jar.file) != jar.size_bytes]


def jar_folder(cache: Path) -> Path:
    """Where the jars are kept."""
    return cache / f"kafka-{KAFKA_VERSION}"


def fetch_jars(cache: Path, reporter: Reporter, repository: str | None = None) -> list[Path]:
    """The jars' paths, after downloading those that are not there. Raises HubProblem when one cannot be had."""
    folder = jar_folder(cache)
    missing = missing_jars(cache)
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        total_bytes = sum(jar.size_bytes for jar in missing)
        with (
            reporter.download(f"Kafka {KAFKA_VERSION} ({len(missing)} jars)", total_bytes) as advance,
            ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool,
        ):
            list(pool.map(lambda jar: fetch_jar(jar, folder, repository, advance), missing))
    return [folder / jar.file for jar in listed_jars()]


def fetch_jar(jar: Jar, folder: Path, repository: str | None, advance: Advance) -> None:
    """Put one jar into `folder`. Raises HubProblem when it cannot be had or its digest differs."""
    import requests

    repository = repository or MAVEN_CENTRAL_URL
    # jgo writes straight to the final name, so each download gets a folder of its own and is moved when it is whole.
    staging = folder / f"fresh-{os.getpid()}-{jar.file}"
    try:
        for attempt in range(1, ATTEMPTS + 1):
            shutil.rmtree(staging, ignore_errors=True)
            try:
                fetched = _context(staging, repository, advance).create_dependency(jar.coordinate).artifact.resolve()
            except (requests.RequestException, RuntimeError) as error:
                if attempt == ATTEMPTS:
                    raise HubProblem(
                        f"cannot download {jar.coordinate} from the Maven index {repository} ({type(error).__name__}): "
                        "check the network, or name a mirror with SIMPUL_MAVEN_REPOSITORY"
                    ) from error
                continue
            if fetched is not None and _sha256(fetched) == jar.sha256:
                fetched.replace(folder / jar.file)
                return
        raise HubProblem(f"{jar.coordinate} from {repository} is not the file that was expected: its digest differs")
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _context(staging: Path, repository: str, advance: Advance) -> "MavenContext":
    @contextmanager
    def progress(_file: str, _size: int) -> Iterator[Advance]:
        yield advance

    from jgo.maven import MavenContext, PythonResolver

    logging.getLogger("jgo").setLevel(logging.ERROR)
    return MavenContext(
        resolver=PythonResolver(progress_callback=progress),
        repo_cache=staging,
        remote_repos={"index": repository.rstrip("/")},
        timeout=TIMEOUT_SECONDS,
    )


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def resolve_jars(coordinates: Sequence[str], staging: Path) -> list[Jar]:
    """The coordinates with all they need, downloaded into `staging`; the first coordinate's versions win."""
    context = _context(staging, MAVEN_CENTRAL_URL, lambda _size: None)
    jars: dict[str, Jar] = {}
    for name in coordinates:
        # One at a time, Kafka first: resolved together, the versions managed by the other's parent would win.
        inputs, transitive = context.resolver.resolve([context.create_dependency(name)])
        for dependency in inputs + [found for found in transitive if found.scope in ("compile", "runtime")]:
            project = f"{dependency.groupId}:{dependency.artifactId}"
            if project not in jars:
                path = dependency.artifact.resolve()
                coordinate = f"{project}:{dependency.version}"
                jars[project] = Jar(coordinate, path.name, path.stat().st_size, _sha256(path))
    return [jars[project] for project in sorted(jars)]


def write_list() -> None:
    """Resolve `COORDINATES` anew and write the list with the digests of what came."""
    staging = LIST.with_name(f"fresh-{os.getpid()}")
    try:
        entries = [asdict(jar) for jar in resolve_jars(COORDINATES, staging)]
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    LIST.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_list()
