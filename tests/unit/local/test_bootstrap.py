"""The first step on a bare machine: where uv and the caches come from, and what is said when they don't."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import bootstrap
from deploy.local.bootstrap import ROOT

NO_INDEX = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_INDEX_URL": "http://127.0.0.1:1/simple"}


def run(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The bootstrap as on a machine without uv and with an empty environment."""
    settled = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "UV_PROJECT_ENVIRONMENT": str(tmp_path / "venv"),
        "SIMPUL_CACHE": str(tmp_path / "cache"),
        **environment,
    }
    program = [sys.executable, str(ROOT / "deploy" / "local" / "bootstrap.py"), "-c", "print('ran')"]
    return subprocess.run(program, env=settled, capture_output=True, text=True, check=False)


def test_a_missing_index_is_one_clear_line(tmp_path: Path) -> None:
    done = run(tmp_path, **NO_INDEX)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("simpul: uv is not here and cannot be fetched from the Python package index")
    assert "Traceback" not in done.stderr


def test_a_uv_on_the_path_is_used_and_its_failure_is_one_line(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "uv").write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo "uv 99.0.0" && exit 0\necho "error: no such index" >&2\nexit 2\n'
    )
    (tools / "uv").chmod(0o755)
    done = run(tmp_path, PATH=f"{tools}:/usr/bin:/bin")
    assert done.returncode == 1
    said = "simpul: the locked dependencies could not be installed: error: no such index"
    assert done.stderr.strip().splitlines()[-1] == said


def test_a_uv_that_is_too_old_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "uv").write_text('#!/bin/sh\necho "uv 0.1.2"\n')
    (tmp_path / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("SIMPUL_CACHE", str(tmp_path / "cache"))
    assert bootstrap.find_uv(os.environ, fetch=False) is None


def test_the_program_runs_at_once_when_the_environment_is_in_step(tmp_path: Path) -> None:
    programs = tmp_path / "venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    (tmp_path / "venv" / "simpul-made-from").write_text(bootstrap.stamp())
    done = run(tmp_path, **NO_INDEX)
    assert (done.returncode, done.stdout) == (0, "ran\n")


def test_without_a_home_of_their_own_users_get_their_downloads_in_the_state_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("XDG_CACHE_HOME", "SIMPUL_CACHE", "SIMPUL_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/proc/no-such-home")
    assert bootstrap.cache_folder() == ROOT / ".simpul" / "cache"
    monkeypatch.delenv("HOME")
    assert bootstrap.cache_folder() == ROOT / ".simpul" / "cache"


def test_the_environment_without_a_home_keeps_uvs_cache_in_the_state_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CACHE_HOME", "SIMPUL_CACHE", "SIMPUL_HOME", "UV_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/proc/no-such-home")
    assert bootstrap.project_environment()["UV_CACHE_DIR"] == str(ROOT / ".simpul" / "cache" / "uv-cache")


def test_no_module_beside_the_bootstrap_hides_one_of_pythons_own() -> None:
    """Python looks in a script's own folder first: an `operator.py` there is what its `enum` would import."""
    hidden = {path.stem for path in (ROOT / "deploy" / "local").glob("*.py")} & sys.stdlib_module_names
    assert not hidden
