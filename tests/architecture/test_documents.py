"""Documents name commands, settings, events and files that exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperGroup

from deploy.local.command_line import app
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


def alternatives(path: str) -> Iterator[str]:
    """`a/{b,c}` → `a/b`, `a/c`."""
    found = re.search(r"\{([^{}]*)\}", path)
    if found is None:
        yield path
        return
    for each in found[1].split(","):
        yield from alternatives(path[: found.start()] + each.strip() + path[found.end() :])


def unknown_in(said: str) -> set[str]:
    """What `./simpul` knows nothing of in a line such as `partner add KIND --org ORG`: commands and options."""
    words, command = said.split(), typer.main.get_command(app)
    while isinstance(command, TyperGroup) and words and "|" not in words[0]:
        if words[0] not in command.commands:
            return {words[0]}
        command = command.commands[words.pop(0)]
    if isinstance(command, TyperGroup):
        return set(words[0].split("|") if words else ()) - set(command.commands)
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    return set(re.findall(r"--[a-z-]+", said)) - options


def test_every_command_of_simpul_in_a_document_exists() -> None:
    said = {line.replace("\\\n", " ") for line in every(r"\./simpul ((?:\\\n|[^`\n#])+)")}
    assert said
    assert not {line: unknown for line in said if (unknown := unknown_in(line))}


def test_a_planted_command_is_noticed() -> None:
    assert unknown_in("partner plant ID") == {"plant"}
    assert unknown_in("dead-letters list|plant") == {"plant"}
    assert unknown_in("notices list --planted") == {"--planted"}


def test_every_path_in_a_document_exists() -> None:
    named = every(r"`((?:tests|services|shared|deploy|benchmarks|docs)/[\w./{},*-]+)`")
    assert not {path: where for path, where in named.items() for one in alternatives(path) if not any(ROOT.glob(one))}


def test_every_decision_that_is_named_exists() -> None:
    decisions = {path.name[:4] for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md")}
    named = {
        number for said in every(r"\bdecisions? ((?:\d{4}(?:, | and )?)+)") for number in re.findall(r"\d{4}", said)
    }
    named |= set(re.findall(r"docs/decisions/(\d{4})", source_text()))
    assert named
    assert not named - decisions


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
