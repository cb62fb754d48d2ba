"""A hospital's whole sequence against any hub: all rules in the order in which they are played."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import httpx

from deploy.conformance.hospital_access import ACCESS
from deploy.conformance.hospital_answers import ANSWERS
from deploy.conformance.hospital_bundles import BUNDLES
from deploy.conformance.hospital_refusals import REFUSALS
from deploy.conformance.hospital_run import HospitalRun
from deploy.conformance.hospital_visits import VISITS
from deploy.conformance.hub_under_test import HubUnderTest
from deploy.conformance.rules import Verdict, play, with_needs

HOSPITAL_RULES = (*ACCESS.rules, *VISITS.rules, *BUNDLES.rules, *REFUSALS.rules, *ANSWERS.rules)


def play_hospital(
    url: str,
    credentials: Mapping[str, Any],
    *,
    other: Mapping[str, Any] | None = None,
    only: Collection[str] = (),
    patience_seconds: float = 30.0,
    tell: Callable[[Verdict], None] = lambda _: None,
    transport: httpx.BaseTransport | None = None,
) -> list[Verdict]:
    """Verdicts on all rules, or on those of `only` with what they need. `credentials` are a file of
    `./simpul partner add` or `./simpul sandbox hospital`. Raises KeyError for a rule that there is not."""
    rules = with_needs(HOSPITAL_RULES, only) if only else list(HOSPITAL_RULES)
    hub = HubUnderTest(url, credentials, transport=transport)
    second = HubUnderTest(url, other, transport=transport) if other else None
    workers = list(credentials.get("sandbox", {}).get("workers", ()))
    run = HospitalRun(hub, second, workers, patience_seconds)
    signs = bool(credentials.get("private_key_jwk")) and bool(credentials.get("token_endpoint"))
    met = {"other": second is not None, "sandbox": bool(workers), "key": signs}
    try:
        return play(rules, run, has={name for name, given in met.items() if given}, tell=tell)
    finally:
        for one in (hub, second):
            if one is not None:
                one.close()
