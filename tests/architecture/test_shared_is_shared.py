"""`shared` holds what two users share. One user's code belongs to that user."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The parts of `shared` that every service gets through the shape itself, or that are data for tools.
USERS = ("services/disnaker_gateway", "services/hospital_gateway", "services/intake", "services/partners",
         "services/verification", "deploy", "benchmarks")  # fmt: skip


def imported_names(path: Path) -> set[tuple[str, str]]:
    """(module, name) pairs a file imports from `shared`."""
    found: set[tuple[str, str]] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "shared":
            found |= {(node.module, alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {(alias.name, "*") for alias in node.names if alias.name.split(".")[0] == "shared"}
    return found


def part_of(module: str) -> str:
    """`shared.kafka.topics` → `kafka`."""
    return [*module.split("."), ""][1]


def users_of_shared_parts() -> dict[str, set[str]]:
    """For each part of `shared`, the services and programs that use it, directly or through other parts."""
    direct: dict[str, set[str]] = defaultdict(set)
    for user in USERS:
        for path in (ROOT / user).rglob("*.py"):
            for module, name in imported_names(path):
                direct[part_of(module) or name].add(user)
    inner: dict[str, set[str]] = defaultdict(set)
    for path in (ROOT / "shared").rglob("*.py"):
        owner = path.relative_to(ROOT / "shared").parts[0].removesuffix(".py")
        for module, name in imported_names(path):
            inner[part_of(module) or name].add(owner)
    users = {part: set(found) for part, found in direct.items()}
    for _ in range(len(inner)):
        for part, owners in inner.items():
            for owner in owners:
                users.setdefault(part, set()).update(users.get(owner, set()))
    return users


def test_every_part_of_shared_has_two_users() -> None:
    parts = {path.name.removesuffix(".py") for path in (ROOT / "shared").iterdir()} - {"__init__", "__pycache__"}
    users = users_of_shared_parts()
    lonely = {part: sorted(users.get(part, ())) for part in parts if len(users.get(part, ())) < 2}
    assert not lonely, f"move these to their only user: {lonely}"


def test_every_public_name_of_shared_is_used() -> None:
    defined: dict[str, str] = {}
    used: dict[str, set[str]] = defaultdict(set)
    for folder in ("shared", "services", "deploy", "benchmarks", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            if "node_modules" in path.parts:
                continue
            tree = ast.parse(path.read_text())
            place = str(path.relative_to(ROOT))
            if folder == "shared":
                kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
                named = [statement.name for statement in tree.body if isinstance(statement, kinds)]
                defined |= {name: place for name in named if not name.startswith("_")}
            for node in ast.walk(tree):
                if isinstance(node, ast.Name):
                    used[node.id].add(place)
                elif isinstance(node, ast.Attribute):
                    used[node.attr].add(place)
                elif isinstance(node, ast.ImportFrom):
                    for alias in node.names:
                        used[alias.name].add(place)
    unused = sorted(f"{place}: {name}" for name, place in defined.items() if not used[name])
    assert not unused, f"nobody uses: {unused}"
