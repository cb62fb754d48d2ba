"""`python -m deploy.demo`: plays the scenarios on a running hub and prints their timelines. Exit code 0 or 1."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from deploy.demo.printout import print_story, print_urls
from deploy.demo.scenarios import SCENARIOS, Cast
from deploy.simulators.bpjs_core import BpjsCore
from deploy.simulators.hospital import Hospital
from deploy.simulators.hr_system import HrSystem
from deploy.simulators.labour_office import LabourOffice, WebhookReceiver
from deploy.simulators.partner_client import PartnerClient, StepFailed
from deploy.simulators.verifier import ClaimStream, Verifier

_SIMPUL = str(Path(__file__).resolve().parents[2] / "simpul")
_COMMAND_SECONDS = 120


def _simpul(*arguments: str) -> str:
    done = subprocess.run([_SIMPUL, *arguments], capture_output=True, text=True, timeout=_COMMAND_SECONDS, check=False)
    if done.returncode != 0:
        raise StepFailed(f"simpul {' '.join(arguments)} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _client(folder: Path, kind: str, org: str, name: str, *more: str) -> PartnerClient:
    out = folder / f"{kind}.json"
    _simpul("partner", "add", kind, "--org", org, "--name", name, *more, "--out", str(out))
    return PartnerClient(json.loads(out.read_text()))


@contextmanager
def _cast(folder: Path) -> Iterator[Cast]:
    """Registers the partners, and takes their subscription back at the end."""
    employer = _client(folder, "employer", "employer:JJ012345", "PT Contoh Baja")
    hospital = _client(folder, "hospital", "hospital:100000401", "RS Contoh", "--region", "3671")
    disnaker = _client(folder, "disnaker", "disnaker:36", "Disnaker Banten", "--region", "36")
    verifier = _client(folder, "bpjs-verifier", "bpjs:cikokol", "BPJS Cikokol")
    core = _client(folder, "bpjs-core", "bpjs:core", "BPJS core")
    office = LabourOffice(disnaker, WebhookReceiver())
    stream = ClaimStream(verifier)
    try:
        office.subscribe()
        hr = HrSystem(employer, "PT Contoh Baja")
        yield Cast(hr, Hospital(hospital), office, Verifier(verifier), BpjsCore(core), stream)
    finally:
        stream.close()
        office.unsubscribe()
        office.receiver.close()
        for client in (employer, hospital, disnaker, verifier, core):
            client.close()


def _play(cast: Cast) -> int:
    """The number of scenarios that failed."""
    failed = 0
    for number, (title, scenario) in enumerate(SCENARIOS, start=1):
        story = cast.story(f"{number}. {title}")
        problem = None
        try:
            scenario(cast, story)
        except (StepFailed, httpx.HTTPError, LookupError) as error:
            problem = f"{type(error).__name__}: {error}"
            failed += 1
        print_story(story, problem)
    return failed


def main() -> int:
    try:
        status: dict[str, Any] = json.loads(_simpul("status", "--json"))
        away = [name for name, service in status["services"].items() if not service["ready"]]
        if away:
            raise StepFailed(f"not ready: {', '.join(away)}; start the hub with `make up`")
        with tempfile.TemporaryDirectory() as folder, _cast(Path(folder)) as cast:
            failed = _play(cast)
    except (StepFailed, httpx.HTTPError, subprocess.TimeoutExpired) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    print_urls(status)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
