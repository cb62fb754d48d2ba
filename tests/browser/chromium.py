"""A Chromium for the tests: the system's, else the one of npm's `@sparticuz/chromium` with the libraries it brings."""

import fcntl
import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from deploy.local.assets import node, prepare_assets

FOLDER = Path(__file__).parent
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_PACKED = FOLDER / "node_modules" / "@sparticuz" / "chromium" / "bin"
_UNPACK_SECONDS = 300
# Brotli is in Node and not in Python; the archives' names are those of the package.
_UNPACK = """
const fs = require('node:fs'), zlib = require('node:zlib'), path = require('node:path');
const [from, to] = process.argv.slice(1);
for (const name of fs.readdirSync(from).filter((each) => each.endsWith('.br')))
  fs.writeFileSync(path.join(to, name.slice(0, -3)), zlib.brotliDecompressSync(fs.readFileSync(path.join(from, name))));
"""
# What its maker starts it with where there is no screen and no GPU; `--no-sandbox` because a sandbox needs either an
# unprivileged user or a kernel that lets root make one.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--hide-scrollbars",
    "--font-render-hinting=none",
)


@dataclass(frozen=True)
class Chromium:
    """What Playwright is told."""

    executable: str
    environment: dict[str, str]


def chromium() -> Chromium:
    """A browser that starts on this machine. Fetches and unpacks one when there is none."""
    prepare_assets(FOLDER)
    for name in _NAMES:
        found = shutil.which(name)
        if found and _starts(found):
            return Chromium(found, dict(os.environ))
    return _unpacked()


def axe_source() -> str:
    """The script of axe-core."""
    return (FOLDER / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def _starts(path: str) -> bool:
    """Debian's name may be a script that only says where to get a browser."""
    try:
        told = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return told.returncode == 0 and b"Chrom" in told.stdout


def _unpacked() -> Chromium:
    home = FOLDER / "node_modules" / ".chromium"
    with (FOLDER / "package-lock.json").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (home / "whole").exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            command = [node(), "-e", _UNPACK, str(_PACKED), str(home)]
            subprocess.run(command, check=True, timeout=_UNPACK_SECONDS)
            for path in sorted(home.glob("*.tar")):
                with tarfile.open(path) as archive:
                    # Python 3.11.2, which Debian 12 has, knows no filter yet.
                    archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
                    archive.extractall(home)
                path.unlink()
            (home / "chromium").chmod(0o755)
            (home / "whole").touch()
    libraries = os.pathsep.join([str(home), str(home / "lib"), os.environ.get("LD_LIBRARY_PATH", "")])
    environment = {
        **os.environ,
        "LD_LIBRARY_PATH": libraries.rstrip(os.pathsep),
        "FONTCONFIG_PATH": str(home / "fonts"),
    }
    return Chromium(str(home / "chromium"), environment)
