"""Crash points: named once, reached by name, deadly only when armed."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.crashpoints import CRASHPOINTS, EXIT_STATUS, Crash, arm, armed, crashpoint, is_armed

ROOT = Path(__file__).resolve().parents[3]
SOME = "outbox.after-publish"


def called_names() -> Iterator[str]:
    """Every `crashpoint("…")` in the product."""
    for path in [*ROOT.glob("shared/**/*.py"), *ROOT.glob("services/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "crashpoint":
                (argument,) = node.args
                name = argument.value if isinstance(argument, ast.Constant) else None
                assert isinstance(name, str), f"{path}: a crash point's name is a literal"
                yield name


def test_the_registry_lists_exactly_the_crash_points_of_the_code() -> None:
    assert set(called_names()) == set(CRASHPOINTS)


def test_nothing_happens_when_nothing_is_armed() -> None:
    crashpoint(SOME)


def test_an_armed_crash_point_dies_once_and_lets_a_restart_pass() -> None:
    with armed(SOME):
        with pytest.raises(Crash):
            crashpoint(SOME)
        crashpoint(SOME)


def test_another_crash_point_lets_pass_and_the_block_disarms() -> None:
    with armed(SOME):
        crashpoint("outbox.after-mark")
        assert is_armed()
    crashpoint(SOME)


def test_the_third_passage_is_the_deadly_one() -> None:
    with armed(SOME, 3):
        crashpoint(SOME)
        crashpoint(SOME)
        with pytest.raises(Crash):
            crashpoint(SOME)


def test_a_crash_is_not_caught_by_code_that_carries_on_after_errors() -> None:
    assert not issubclass(Crash, Exception)


@pytest.mark.parametrize(("name", "passage"), [("no.such-place", 1), (SOME, 0)])
def test_only_listed_names_and_real_passages_can_be_armed(name: str, passage: int) -> None:
    with pytest.raises(ValueError, match="no crash point"):
        arm(name, passage)


def test_a_name_that_is_not_listed_is_an_error_while_something_is_armed() -> None:
    with armed(SOME), pytest.raises(ValueError, match="no crash point"):
        crashpoint("no.such-place")


@pytest.mark.parametrize(
    ("environment", "status"),
    [
        ({"SIMPUL_CRASHPOINT": SOME, "SIMPUL_PROFILE": "local"}, EXIT_STATUS),
        ({"SIMPUL_CRASHPOINT": f"{SOME}:2", "SIMPUL_PROFILE": "local"}, EXIT_STATUS),
        ({"SIMPUL_CRASHPOINT": f"{SOME}:3", "SIMPUL_PROFILE": "local"}, 0),
        ({"SIMPUL_CRASHPOINT": SOME, "SIMPUL_PROFILE": "production"}, 0),
        ({"SIMPUL_CRASHPOINT": SOME}, 0),
        ({"SIMPUL_PROFILE": "local"}, 0),
    ],
)
def test_a_process_dies_like_after_kill_9_in_the_local_profile_only(environment: dict[str, str], status: int) -> None:
    program = f"from shared.crashpoints import crashpoint\ncrashpoint({SOME!r})\ncrashpoint({SOME!r})"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SIMPUL_")}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env={**clean, **environment}, check=False)
    assert done.returncode == status
