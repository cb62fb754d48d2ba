"""Golden samples: `python -m tests.contract.golden` adds those that are missing and never rewrites one.

Each sample is two files: `<name>.sealed.json` as it travels (topic, key, headers, value), sealed under the published
keyring beside this file, and `<name>.opened.json`. `MANIFEST` lists every file with its SHA-256.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from shared.events import Event, Tombstone, encode
from shared.sealing import Sealer, load_secrets
from tests.contract.event_samples import samples

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "events" / "golden"
PUBLISHED_KEYRING = Path(__file__).resolve().parent / "published_keyring"
MANIFEST = "MANIFEST"


def published_sealer() -> Sealer:
    """Opens the golden samples. Its key-encryption key lies beside it, so it protects nothing."""
    return load_secrets(PUBLISHED_KEYRING, {}).sealer


def opened_form(event: Event) -> dict[str, Any]:
    """The event as plain JSON; a tombstone's facts are null."""
    facts = None if isinstance(event.facts, Tombstone) else event.facts.model_dump(mode="json")
    return {
        "id": str(event.id),
        "type": event.type,
        "source": event.source,
        "subject": event.subject,
        "version": event.version,
        "key": event.key,
        "time": event.time.isoformat() if event.time else None,
        "traceparent": event.traceparent,
        "facts": facts,
        "content": None if event.content is None else event.content.model_dump(mode="json"),
    }


def sealed_form(event: Event, sealer: Sealer) -> dict[str, Any]:
    """The record as plain JSON; a tombstone's value is null."""
    wire = encode(event, sealer)
    value = None if wire.value is None else json.loads(wire.value)
    return {"topic": wire.topic, "key": wire.key, "headers": wire.headers, "value": value}


def manifest_problems(folder: Path) -> list[str]:
    """Samples that were changed, removed or not entered."""
    lines = [line.split("  ", 1) for line in (folder / MANIFEST).read_text().splitlines()]
    entered = {name: digest for digest, name in lines}
    found = {str(path.relative_to(folder)): _digest(path) for path in folder.glob("*/*.json")}
    problems = [f"{name}: removed" for name in entered if name not in found]
    problems += [f"{name}: not in the manifest" for name in found if name not in entered]
    return problems + [f"{name}: changed" for name in found if name in entered and found[name] != entered[name]]


def add_missing(folder: Path, sealer: Sealer) -> list[str]:
    """Write samples that do not exist yet and enter them; answers their names."""
    added: list[str] = []
    for (type_, name), event in samples().items():
        target = folder / type_
        if (target / f"{name}.sealed.json").exists():
            continue
        target.mkdir(parents=True, exist_ok=True)
        for form, document in (("sealed", sealed_form(event, sealer)), ("opened", opened_form(event))):
            path = target / f"{name}.{form}.json"
            path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            added.append(str(path.relative_to(folder)))
    with (folder / MANIFEST).open("a", encoding="utf-8") as manifest:
        manifest.writelines(f"{_digest(folder / name)}  {name}\n" for name in added)
    return added


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    for sample in add_missing(FOLDER, published_sealer()):
        print(sample)
