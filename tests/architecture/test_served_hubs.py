"""A hub that is served from a thread of its own meets no test that replaces parts of it for the whole process."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
OURS = ("services", "shared", "deploy")


def serves_a_hub(function: ast.AST) -> bool:
    return isinstance(function, ast.FunctionDef) and any(
        isinstance(node, ast.Call) and ast.unparse(node.func) == "served_hub" for node in ast.walk(function)
    )


def fixtures_that_serve() -> dict[Path, list[str]]:
    """By folder: the decorators of its fixtures that serve a hub."""
    found: dict[Path, list[str]] = {}
    for path in TESTS.rglob("*.py"):
        if {"node_modules", "support"}.intersection(path.parts):
            continue
        serving = [node for node in ast.walk(ast.parse(path.read_text())) if serves_a_hub(node)]
        told = [ast.unparse(each) for node in serving for each in getattr(node, "decorator_list", [])]
        if told:
            found[path.parent] = found.get(path.parent, []) + told
    return found


def replaced(source: str) -> Iterator[str]:
    """What of ours `monkeypatch.setattr` replaces in a module."""
    tree = ast.parse(source)
    ours = {
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if ((getattr(node, "module", None) or alias.name).partition(".")[0]) in OURS
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".setattr") and node.args:
            target = ast.unparse(node.args[0]).strip("'\"")
            if target.partition(".")[0] in {*ours, *OURS}:
                yield f"{node.lineno}: {target}"


def test_a_served_hub_ends_with_the_tests_of_its_folder() -> None:
    serving = fixtures_that_serve()
    assert serving
    # A fixture of a package ends with it; without __init__.py it would be the whole session's.
    longer = [str(folder) for folder in serving if not (folder / "__init__.py").is_file()]
    longer += [f"{folder}: {told}" for folder, all_ in serving.items() for told in all_ if "session" in told]
    assert not longer


@pytest.mark.parametrize("folder", fixtures_that_serve(), ids=lambda folder: folder.name)
def test_beside_a_served_hub_nothing_of_it_is_replaced(folder: Path) -> None:
    found = [f"{path.name}:{what}" for path in folder.glob("*.py") for what in replaced(path.read_text())]
    assert not found


def test_a_planted_replacement_is_noticed() -> None:
    assert list(replaced("from shared.webhooks import store\nmonkeypatch.setattr(store, 'heads', slow)")) == [
        "2: store"
    ]
    assert list(replaced("monkeypatch.setattr('shared.clock.now', 1)")) == ["1: shared.clock.now"]
    assert list(replaced("import structlog\nmonkeypatch.setattr(structlog.PrintLogger, 'msg', kept)")) == []
