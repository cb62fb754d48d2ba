"""Documents name commands, settings, events and files that exist."""

import ast
import re
from pathlib import Path

from shared.events import CATALOGUE, TOPICS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *(path for path in (ROOT / "docs").rglob("*.md")),
    *(ROOT / "services").glob("*/README.md"),
]
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)(?:#[^)]*)?\)")


def every(pattern: str) -> dict[str, set[str]]:
    """What a pattern finds, with the documents that say it."""
    found: dict[str, set[str]] = {}
    for path in DOCUMENTS:
        for match in re.findall(pattern, path.read_text()):
            found.setdefault(match, set()).add(str(path.relative_to(ROOT)))
    return found


def source_text() -> str:
    folders = ("services", "shared", "deploy", "benchmarks", "tests")
    return "\n".join(p.read_text() for folder in folders for p in (ROOT / folder).rglob("*.py"))


def settings_names() -> set[str]:
    """`SIMPUL_…` names that a settings class reads (field names) or that the code spells out."""
    names = set(re.findall(r"SIMPUL_[A-Z0-9_]+", source_text()))
    for path in [*(ROOT / "services").glob("*/settings.py"), ROOT / "shared" / "settings.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                names.add("SIMPUL_" + node.target.id.upper())
    return names


def test_every_make_verb_in_a_document_exists() -> None:
    verbs = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    unknown = {verb: where for verb, where in every(r"`make ([a-z-]+)`").items() if verb not in verbs}
    assert not unknown


def test_every_setting_in_a_document_exists() -> None:
    known = settings_names()
    assert not {name: where for name, where in every(r"\b(SIMPUL_[A-Z0-9_]+[A-Z0-9])\b").items() if name not in known}


def test_every_topic_and_event_in_a_document_exists() -> None:
    known = set(TOPICS) | set(CATALOGUE)
    mentioned = every(r"`(jkk\.[a-z0-9.-]+)`")
    assert mentioned
    assert not {name: where for name, where in mentioned.items() if name not in known}


def test_every_relative_link_leads_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in DOCUMENTS
        for target in _LINK.findall(path.read_text())
        if not (path.parent / target).exists()
    ]
    assert not broken


def test_every_decision_has_its_four_parts() -> None:
    for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"):
        text = path.read_text().lower()
        missing = [part for part in ("context", "decision", "consequences", "enforced by") if part not in text]
        assert not missing, f"{path.name} lacks {missing}"
