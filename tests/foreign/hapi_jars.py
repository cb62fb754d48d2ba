"""HAPI's jars, by Maven coordinate as Kafka's are: named with their digests in `hapi_jars.json`, kept for ever.

After changing `COORDINATES`, run `python -m tests.foreign.hapi_jars` to write the list anew.
"""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from deploy.local.bootstrap import cache_folder
from deploy.local.kafka_jars import DOWNLOADS_AT_ONCE, Jar, fetch_jar, resolve_jars
from deploy.local.settings import HubSettings

HAPI_VERSION = "8.8.0"
COORDINATES = tuple(
    f"ca.uhn.hapi.fhir:{module}:{HAPI_VERSION}"
    for module in (
        "hapi-fhir-validation",
        "hapi-fhir-validation-resources-r4",
        "hapi-fhir-structures-r4",
        "hapi-fhir-caching-caffeine",
        "hapi-fhir-client",
    )
)
LIST = Path(__file__).with_name("hapi_jars.json")
# Diagrams, RDF, a file database and their company: a third of all bytes, and never loaded here.
_UNUSED = (
    "net.sourceforge.plantuml:", "org.xerial:", "org.apache.jena:", "org.apache.thrift:", "com.apicatalog:",
    "org.glassfish:", "org.roaringbitmap:", "com.google.protobuf:", "junit:", "org.hamcrest:",
    "org.apache.commons:commons-csv", "ca.uhn.hapi.fhir:org.hl7.fhir.dstu2016may",
)  # fmt: skip


def class_path() -> list[Path]:
    """The jars, after downloading those that are not there."""
    folder = cache_folder() / f"hapi-{HAPI_VERSION}"
    jars = [Jar(**entry) for entry in json.loads(LIST.read_text("utf-8"))]
    missing = [jar for jar in jars if not (folder / jar.file).exists()]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        repository = HubSettings.load().maven_repository
        with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
            list(pool.map(lambda jar: fetch_jar(jar, folder, repository, lambda _size: None), missing))
    return [folder / jar.file for jar in jars]


def write_list() -> None:
    """Resolve `COORDINATES` anew and write the list with the digests of what came."""
    staging = LIST.with_name(f"fresh-{os.getpid()}")
    try:
        jars = [jar for jar in resolve_jars(COORDINATES, staging) if not jar.coordinate.startswith(_UNUSED)]
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    LIST.write_text(json.dumps([asdict(jar) for jar in jars], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_list()
