"""`./simpul sandbox hospital`: a hospital's client and workers who do not exist, on a running hub."""

import tempfile
from pathlib import Path
from typing import Any

from deploy.local.partner import add_partner
from deploy.local.partner_kinds import PartnerKind
from deploy.local.problems import HubProblem
from deploy.local.settings import HubSettings
from deploy.simulators.partner_client import StepFailed
from deploy.simulators.sandbox import make_sandbox


def hospital_sandbox(settings: HubSettings, *, number: str, name: str, region: str) -> dict[str, Any]:
    """Credentials with `sandbox.workers`. Raises HubProblem, also on a production hub: people who do not exist have
    no place among those who do."""
    if settings.profile == "production":
        raise HubProblem("a production hub takes no synthetic workers; use a hub of the local profile")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "client.json"

        def register(kind: str, org: str, name: str, region: str | None, *, test: bool) -> dict[str, Any]:
            return add_partner(settings, PartnerKind(kind), org=org, name=name, region=region, out=out, test=test)

        try:
            return make_sandbox(register, number=number, name=name, region=region)
        except StepFailed as failed:
            raise HubProblem(str(failed)) from failed
