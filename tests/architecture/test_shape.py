"""Every service has the same shape, and no module or function outgrows a reader."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.settings import SERVICES

ROOT = Path(__file__).resolve().parents[2]
MODULE_LINES_MAX = 400
FUNCTION_LINES_MAX = 50
PRODUCT_FOLDERS = ("services", "shared", "deploy", "benchmarks")


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            # Migrations are frozen statements in order; their length says nothing. What npm fetched is not ours.
            if not {"migrations", "node_modules"}.intersection(path.parts):
                yield path


def too_long_functions(source: str) -> list[str]:
    functions = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    return [f.name for f in functions if (f.end_lineno or f.lineno) - f.lineno + 1 > FUNCTION_LINES_MAX]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_shape(service: str) -> None:
    folder = ROOT / "services" / service
    for name in ("README.md", "main.py", "settings.py", "wiring.py"):
        assert (folder / name).is_file(), f"{service} has no {name}"
    for name in ("domain", "application", "adapters", "entrypoints", "migrations"):
        assert list((folder / name).rglob("*.py")), f"{service} has no {name}"
    assert (folder / "adapters" / "tables.py").is_file()
    assert list((folder / "migrations" / "versions").glob("0001_*.py"))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_readme_answers_the_five_questions(service: str) -> None:
    text = (ROOT / "services" / service / "README.md").read_text()
    for question in ("Owns", "Consumes", "Publishes", "Calls", "When it fails"):
        assert question in text, f"{service}/README.md does not say: {question}"


def test_no_other_folder_poses_as_a_service() -> None:
    found = {path.name for path in (ROOT / "services").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert found == set(SERVICES)


def test_modules_stay_short() -> None:
    lines = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in modules(*PRODUCT_FOLDERS, "tests")}
    long = {path: number for path, number in lines.items() if number > MODULE_LINES_MAX}
    assert not long, f"over {MODULE_LINES_MAX} lines: {long}"


def test_functions_stay_short() -> None:
    found = {str(p.relative_to(ROOT)): too_long_functions(p.read_text()) for p in modules(*PRODUCT_FOLDERS)}
    long = {path: names for path, names in found.items() if names}
    assert not long, f"over {FUNCTION_LINES_MAX} lines: {long}"


def test_a_planted_long_function_is_noticed() -> None:
    source = "def long():\n" + "    pass\n" * FUNCTION_LINES_MAX
    assert too_long_functions(source) == ["long"]


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
    assert not [str(path.relative_to(ROOT)) for path in modules(*PRODUCT_FOLDERS, "tests") if path.stem in drawers]
