"""PostgreSQL refuses to run as root, so root lends it to an ordinary user of the system."""

import os
import pwd
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from deploy.local.problems import HubProblem

USER_NAMES = ("postgres", "nobody")


class PopenArguments(TypedDict, total=False):
    """The part of `subprocess.Popen`'s arguments that changes the user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class UnprivilegedUser:
    """A user of the system that owns and runs PostgreSQL when we are root."""

    name: str
    uid: int
    gid: int

    def can_enter(self, folder: Path) -> bool:
        """Whether this user gets to `folder` (or its nearest parent that exists) through all its parents."""
        there = folder
        while not there.exists():
            there = there.parent
        tried = subprocess.run(
            ["/bin/sh", "-c", 'cd "$1"', "sh", str(there)],
            capture_output=True,
            cwd="/",
            check=False,
            **as_user(self),
        )
        return tried.returncode == 0

    def owns(self, path: Path) -> None:
        """Give `path` to this user."""
        os.chown(path, self.uid, self.gid)


def as_user(user: UnprivilegedUser | None) -> PopenArguments:
    """For `subprocess.run` and `Popen`; changes nothing for None."""
    return {"user": user.uid, "group": user.gid, "extra_groups": []} if user else {}


def unprivileged_user() -> UnprivilegedUser | None:
    """None when we are not root and need nobody else; else `postgres` if the system has it, else `nobody`."""
    if os.geteuid() != 0:
        return None
    for name in USER_NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return UnprivilegedUser(name, entry.pw_uid, entry.pw_gid)
    raise HubProblem("PostgreSQL does not run as root and this system has no user `nobody`: run as an ordinary user")


def folder_open_to_all(name: str) -> Path:
    """A folder of root's that other users can enter, for what may not lie in a private home. Only as root."""
    for parent in (Path("/var/lib"), Path("/var/tmp"), Path(tempfile.gettempdir())):  # noqa: S108  (checked below)
        folder = parent / "simpul"
        try:
            folder.mkdir(mode=0o755, exist_ok=True)
            # In a folder that everybody may write, somebody could have been there before us.
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            folder.chmod(0o755)
            (folder / name).mkdir(mode=0o755, exist_ok=True)
            (folder / name).chmod(0o755)
        except OSError:
            continue
        return folder / name
    raise HubProblem("neither /var/lib, /var/tmp nor the temporary folder can be written: set SIMPUL_POSTGRES_URL")
