"""Writes what is generated from the models: `python -m shared.events.generate`.

Schemas, the AsyncAPI document and `docs/events.md`; a test fails when they are stale. With `--accept` also the
baseline that the compatibility test compares with, after the same comparison: an incompatible change is refused.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shared.events.asyncapi import asyncapi_document
from shared.events.compatibility import incompatibilities
from shared.events.json_schemas import BASELINE, FOLDER, SCHEMAS, all_schemas
from shared.events.reference_page import reference_page

PAGE = FOLDER.parents[1] / "docs" / "events.md"
ASYNCAPI = FOLDER / "asyncapi.json"


def pretty(document: Any) -> str:
    """JSON as it is committed: two spaces, order as made, non-ASCII kept."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def generated_files() -> dict[Path, str]:
    """Path to text of every generated file but the baseline."""
    files = {SCHEMAS / name: pretty(schema) for name, schema in all_schemas().items()}
    files[ASYNCAPI] = pretty(asyncapi_document())
    files[PAGE] = reference_page()
    return files


def breaking_changes(baseline: Path = BASELINE) -> list[str]:
    """What the models of today break of the committed baseline."""
    current = all_schemas()
    found = []
    for path in sorted(baseline.glob("*.json")):
        if path.name not in current:
            found.append(f"{path.name}: the type is gone; bring it back and add the next version beside it")
            continue
        differences = incompatibilities(json.loads(path.read_text()), current[path.name])
        found.extend(f"{path.name} {difference}" for difference in differences)
    return found


def main(argv: Sequence[str] | None = None, *, baseline: Path = BASELINE) -> int:
    """Write the files. Exits 1, writing nothing, when `--accept` meets a breaking change."""
    parser = argparse.ArgumentParser(description="Generate event schemas, AsyncAPI and docs/events.md.")
    parser.add_argument("--accept", action="store_true", help="also take the schemas as the new baseline")
    arguments = parser.parse_args(argv)
    files = generated_files()
    if arguments.accept:
        broken = breaking_changes(baseline)
        if broken:
            sys.stderr.write("\n".join(broken) + "\n")
            return 1
        files |= {baseline / name: pretty(schema) for name, schema in all_schemas().items()}
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
