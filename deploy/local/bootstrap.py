#!/usr/bin/env python3
"""Run a Python program in the project's environment, after making that environment with uv.

    python3 deploy/local/bootstrap.py [--sync] ARGUMENTS-OF-PYTHON…

Standard library only, and readable for old interpreters, so that even those can say what is missing. uv comes from the
PATH if it is new enough, else from the package index into a folder of ours. The environment is made when it is missing
or when the lock file has changed; `--sync` repairs it in any case, as far as uv is here.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UV_VERSION = "0.13.9"
UV_VERSION_MIN = (0, 9)
PYTHON_MIN = (3, 11)
PYTHON_NAMES = ("python3.14", "python3.13", "python3.12", "python3.11")
FETCH_SECONDS = 300


class Problem(Exception):
    """What the person at the keyboard has to know, in one line."""


def home_folder() -> Path:
    """The hub's state: `SIMPUL_HOME`, taken from the project's root when it is relative."""
    return ROOT / os.environ.get("SIMPUL_HOME", ".simpul")


def cache_folder() -> Path:
    """Where downloads are kept: `SIMPUL_CACHE`, else the user's cache, else beside the hub's state."""
    if os.environ.get("SIMPUL_CACHE"):
        return ROOT / os.environ["SIMPUL_CACHE"]
    base = user_cache()
    return base / "simpul" if base else home_folder() / "cache"


def user_cache() -> Path | None:
    """The user's cache folder, or None where this user has none that can be written."""
    named = os.environ.get("XDG_CACHE_HOME")
    home = os.environ.get("HOME")
    folder = Path(named) if named else Path(home) / ".cache" if home else None
    if folder is None or not folder.is_absolute():
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(str(folder), os.W_OK | os.X_OK) else None


def say(text: str) -> None:
    """Progress goes to standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def main(arguments: Sequence[str]) -> int:
    """Make the environment if needed, then become the program."""
    always = arguments[:1] == ["--sync"]
    arguments = arguments[1:] if always else arguments
    try:
        environment = project_environment()
        python = virtual_environment() / "bin" / "python"
        fresh = in_step(python)
        uv = find_uv(environment, fetch=not fresh) if always or not fresh else None
        if uv:
            synchronise(uv, environment, quietly=fresh)
        if arguments:
            os.execve(str(python), [str(python), *arguments], environment)  # noqa: S606  (no shell is wanted)
    except Problem as problem:
        say(f"simpul: {problem}")
        return 1
    except PermissionError as error:
        say(f"simpul: this user may not use {error.filename}: work in a copy of the project of your own")
        return 1
    except OSError as error:
        say(f"simpul: {error.strerror}: {error.filename}")
        return 1
    return 0


def project_environment() -> dict[str, str]:
    """Environment variables for uv and for the program."""
    environment = dict(os.environ)
    # uv warns about another active environment, and Python would import from another project's path.
    environment.pop("VIRTUAL_ENV", None)
    environment["PYTHONPATH"] = str(ROOT)
    environment.setdefault("UV_PYTHON_DOWNLOADS", "never")
    if "UV_CACHE_DIR" not in environment and user_cache() is None:
        environment["UV_CACHE_DIR"] = str(cache_folder() / "uv-cache")
    return environment


def virtual_environment() -> Path:
    """The project's environment, where uv puts it too."""
    return ROOT / os.environ.get("UV_PROJECT_ENVIRONMENT", ".venv")


def stamp() -> str:
    """What the environment was last made from."""
    content = hashlib.sha256()
    for name in ("pyproject.toml", "uv.lock"):
        content.update((ROOT / name).read_bytes())
    return content.hexdigest()


def in_step(python: Path) -> bool:
    """Whether the environment is there and was made from the lock file as it is."""
    try:
        made_from = (virtual_environment() / "simpul-made-from").read_text(encoding="ascii")
    except OSError:
        return False
    return python.exists() and made_from == stamp()


def synchronise(uv: str, environment: Mapping[str, str], quietly: bool) -> None:
    """`uv sync --frozen`; one line when it fails."""
    target = virtual_environment()
    if not os.access(str(target if target.exists() else target.parent), os.W_OK):
        raise Problem(f"this user may not write {target}: use a copy of the project of your own")
    command = [uv, "sync", "--frozen", "--project", str(ROOT)]
    if not (target / "pyvenv.cfg").exists():
        command += ["--python", find_python()]
    fresh = stamp()
    if sys.stderr.isatty() and not quietly:
        told, said = "", None  # uv shows its own progress
    else:
        told, said = ": ", subprocess.PIPE
    if not quietly:
        say("installing the locked dependencies with uv")
    done = subprocess.run(command, env=environment, stderr=said, stdout=subprocess.DEVNULL, check=False)
    told += essence(done.stderr or b"")
    if done.returncode != 0:
        raise Problem(f"the locked dependencies could not be installed{told}")
    (target / "simpul-made-from").write_text(fresh, encoding="ascii")


def essence(output: bytes) -> str:
    """The telling end of a program's output, on one line."""
    lines = [line.strip(" ×├╰─▶|") for line in output.decode("utf-8", "replace").splitlines()]
    return " / ".join([line for line in lines if line][-4:])


def find_python() -> str:
    """An interpreter new enough for the project: this one, else one of the names on the PATH."""
    if sys.version_info >= PYTHON_MIN:
        return sys.executable
    for name in PYTHON_NAMES:
        found = shutil.which(name)
        if found:
            return found
    raise Problem(f"Python {PYTHON_MIN[0]}.{PYTHON_MIN[1]} or newer is needed; python3 is {platform.python_version()}")


def find_uv(environment: Mapping[str, str], fetch: bool) -> str | None:
    """The path of uv. Without it: fetches it, or returns None."""
    on_path = shutil.which("uv")
    if on_path and version_of(on_path, environment) >= UV_VERSION_MIN:
        return on_path
    kept = cache_folder() / f"uv-{UV_VERSION}" / "uv"
    if version_of(str(kept), environment) < UV_VERSION_MIN:
        if not fetch:
            return None
        fetch_uv(kept)
    if version_of(str(kept), environment) < UV_VERSION_MIN:
        raise Problem(f"uv {UV_VERSION} does not run on this machine; install uv and put it on the PATH")
    return str(kept)


def version_of(uv: str, environment: Mapping[str, str]) -> tuple[int, int]:
    """uv's version as two numbers; zeros when it does not run."""
    try:
        told = subprocess.run([uv, "--version"], env=environment, capture_output=True, check=False)
    except OSError:
        return (0, 0)
    numbers = re.search(rb"(\d+)\.(\d+)", told.stdout)
    return (int(numbers.group(1)), int(numbers.group(2))) if numbers and told.returncode == 0 else (0, 0)


def fetch_uv(kept: Path) -> None:
    """Put uv's program at `kept`: by pip in a throw-away environment, else straight from the index."""
    say(f"fetching uv {UV_VERSION}")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=str(kept.parent)) as folder:
        reason = fetch_by_pip(Path(folder), kept)
        if reason is not None:
            fetch_from_index(Path(folder), kept, reason)


def fetch_by_pip(folder: Path, kept: Path) -> str | None:
    """None when it worked, else why not. Debian's python3 has neither venv nor pip unless asked for."""
    made = run_quietly([sys.executable, "-m", "venv", str(folder / "venv")])
    python = str(folder / "venv" / "bin" / "python") if made.returncode == 0 else sys.executable
    target = folder / "uv"
    wanted = ["--disable-pip-version-check", "--no-deps", "--target", str(target), f"uv=={UV_VERSION}"]
    done = run_quietly([python, "-m", "pip", "install", "--quiet", *wanted])
    program = target / "bin" / "uv"
    if done.returncode == 0 and program.exists():
        place(program, kept)
        return None
    if made.returncode != 0 and b"No module named pip" in done.stderr:
        return "this python3 has neither ensurepip (package python3-venv) nor pip"
    return essence(done.stderr)


def run_quietly(command: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    """Run it and keep what it says."""
    return subprocess.run(command, capture_output=True, timeout=FETCH_SECONDS, check=False)


def fetch_from_index(folder: Path, kept: Path, reason: str) -> None:
    """Unpack the wheel ourselves; `reason` is told when that fails too."""
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
    tag = platform_tag()
    try:
        files = json.loads(download(index + "/uv/", accept="application/vnd.pypi.simple.v1+json"))["files"]
        begins = f"uv-{UV_VERSION}-py3"
        wheel = next(file for file in files if file["filename"].startswith(begins) and tag in file["filename"])
        content = download(urllib.parse.urljoin(index + "/uv/", wheel["url"]))
        if hashlib.sha256(content).hexdigest() != wheel["hashes"]["sha256"]:
            raise ValueError("the digest differs")
        (folder / "uv.whl").write_bytes(content)
        with zipfile.ZipFile(str(folder / "uv.whl")) as archive:
            name = next(n for n in archive.namelist() if n.endswith("/scripts/uv"))
            (folder / "uv-program").write_bytes(archive.read(name))
    except (OSError, ValueError, KeyError, StopIteration) as error:
        told = f"{reason} ({error or type(error).__name__})"
        raise Problem(f"uv is not here and cannot be fetched from the Python package index: {told}") from error
    place(folder / "uv-program", kept)


def download(url: str, accept: str = "*/*") -> bytes:
    """The whole answer."""
    asked = urllib.request.Request(url, headers={"Accept": accept})  # noqa: S310  (the user's own index)
    with urllib.request.urlopen(asked, timeout=FETCH_SECONDS) as answer:  # noqa: S310
        return bytes(answer.read())


def platform_tag() -> str:
    """What the file name of this machine's wheel holds."""
    machine = platform.machine().lower()
    if sys.platform == "darwin":
        return "macosx_11_0_arm64" if machine == "arm64" else "macosx_10_12_x86_64"
    libc = "manylinux_2_17" if platform.libc_ver()[0] == "glibc" else "musllinux_1_1"
    return f"{libc}_{machine}"


def place(program: Path, kept: Path) -> None:
    """Move it there whole, so that another process never sees half of it."""
    program.chmod(0o755)
    os.replace(str(program), str(kept))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
