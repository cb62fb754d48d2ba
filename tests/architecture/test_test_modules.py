"""A test module is nobody's library: what two of them use stands in a module of its own."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


def imported_from_test_modules(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # A relative import begins where it is: among the tests.
            of = f"tests.{node.module}" if node.level else node.module
            names = [f"{of}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            first, *inner = name.split(".")
            if first == "tests" and any(part.startswith("test_") for part in inner):
                yield f"{node.lineno}: {name}"


def test_no_module_imports_from_a_test_module() -> None:
    paths = [path for path in TESTS.rglob("*.py") if "node_modules" not in path.parts]
    assert len(paths) > 300
    found = {str(path.relative_to(TESTS)): list(imported_from_test_modules(path.read_text())) for path in paths}
    assert not {path: names for path, names in found.items() if names}


def test_a_planted_import_is_noticed() -> None:
    for line in (
        "from tests.browser.test_claim import claim_page",
        "from tests.browser import test_claim",
        "from .test_claim import claim_page",
        "from . import test_claim",
        "import tests.browser.test_claim",
    ):
        assert list(imported_from_test_modules(line)), line
    for line in ("from tests.browser.conftest import Window", "from services.partners.domain import test_claims"):
        assert not list(imported_from_test_modules(line)), line
