"""Who takes part: one client of every kind, the Disnaker's office with its webhook endpoint, and what they tell the hub
of one accident."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from deploy.local.hub import Hub
from tests.foreign.accident import COMPANY, EMPLOYER, REGION, PressAccident, determination
from tests.foreign.partner import Partner, add_partner
from tests.support.until import until
from tests.support.webhook_receiver import Delivery, WebhookReceiver

# Kind, organisation, name, options: the kinds of the interface.
REGISTERED = {
    "employer": (f"employer:{EMPLOYER}", COMPANY),
    "hospital": ("hospital:100000401", "RS Contoh", "--region", REGION),
    "disnaker": ("disnaker:36", "Disnaker Banten"),
    "bpjs-verifier": ("bpjs:cikokol", "Cikokol"),
    "bpjs-core": ("bpjs:core", "BPJS"),
    "channel": ("channel:jmo", "JMO"),
    "auditor": ("auditor:ombudsman", "Ombudsman"),
    "operator": ("operator:hub", "Hub"),
}
ALL_SOURCES = {"intake", "hospital_gateway", "disnaker_gateway"}
_NOTICES = ["case.opened", "case.updated", "determination.requested"]


@dataclass(frozen=True)
class Parties:
    """`of_kind` holds every one of them."""

    of_kind: dict[str, Partner]

    @property
    def employer(self) -> Partner:
        return self.of_kind["employer"]

    @property
    def hospital(self) -> Partner:
        return self.of_kind["hospital"]

    @property
    def disnaker(self) -> Partner:
        return self.of_kind["disnaker"]

    @property
    def verifier(self) -> Partner:
        return self.of_kind["bpjs-verifier"]

    @property
    def core(self) -> Partner:
        return self.of_kind["bpjs-core"]

    @property
    def operator(self) -> Partner:
        return self.of_kind["operator"]

    def claim(self, case_number: str) -> dict[str, Any]:
        """As the verifier reads it."""
        found: dict[str, Any] = self.verifier.get("verification", f"/v1/claims/{case_number}")
        return found

    def claims_of(self, accident: PressAccident) -> list[dict[str, Any]]:
        """Found by the worker's NIK."""
        items: list[dict[str, Any]] = self.verifier.get("verification", "/v1/claims", q=accident.nik)["items"]
        return items


@contextmanager
def register_all(hub: Hub) -> Iterator[Parties]:
    """Each by `./simpul partner add`, signed in."""
    parties = Parties({kind: add_partner(hub, kind, *options) for kind, options in REGISTERED.items()})
    try:
        yield parties
    finally:
        for partner in parties.of_kind.values():
            partner.close()


@dataclass(frozen=True)
class Office:
    """A Disnaker's endpoint, and what the hub answered to its subscription."""

    receiver: WebhookReceiver
    subscription: dict[str, Any]

    def deliveries(self, case_number: str) -> list[Delivery]:
        """Those of one case, in the order of arrival."""
        journal = list(self.receiver.journal)
        return [delivery for delivery in journal if delivery.notification["case_number"] == case_number]


def open_office(disnaker: Partner, receiver: WebhookReceiver) -> Office:
    """Subscribe to the whole province."""
    wanted = {"url": receiver.url, "region_codes": ["36"], "event_types": _NOTICES}
    subscription = disnaker.post("disnaker_gateway", "/v1/subscriptions", wanted)
    receiver.secret = subscription["secret"]
    return Office(receiver, subscription)


@dataclass(frozen=True)
class Told:
    """What came of an accident. `claim` is as the verifier read it when it held everything."""

    case_number: str
    report_id: str
    determination_id: str
    claim: dict[str, Any]


def send_report(parties: Parties, accident: PressAccident) -> str:
    """The report's id."""
    answer = parties.employer.post("intake", "/v1/accident-reports", accident.report())
    return str(answer["report_id"])


def case_of_report(parties: Parties, report_id: str) -> str:
    """As soon as the employer can read it."""
    path = f"/v1/accident-reports/{report_id}"
    return str(until(lambda: parties.employer.get("intake", path)["case_number"]))


def case_of_worker(parties: Parties, accident: PressAccident) -> str:
    """As soon as the verifier finds it."""
    return str(until(lambda: parties.claims_of(accident))[0]["case_number"])


def has_evidence_of(parties: Parties, case_number: str, sources: set[str]) -> Callable[[], dict[str, Any] | None]:
    """A look at the claim: it, once it holds something from all of the sources."""

    def look() -> dict[str, Any] | None:
        claim = parties.claim(case_number)
        return claim if {piece["source"] for piece in claim["evidence"]} >= sources else None

    return look


def determine(parties: Parties, case_number: str) -> str:
    """The determination's id."""
    answer = parties.disnaker.post("disnaker_gateway", "/v1/determinations", determination(case_number))
    return str(answer["determination_id"])


def play(parties: Parties, office: Office, accident: PressAccident) -> Told:
    """The employer, the hospital and, once it is notified, the Disnaker; acknowledged and all."""
    report_id = send_report(parties, accident)
    case_number = case_of_report(parties, report_id)
    parties.hospital.post_fhir(accident.bundle())
    first = until(lambda: office.deliveries(case_number))[0]
    acknowledged = f"/v1/notifications/{first.message_id}/acknowledgement"
    parties.disnaker.post("disnaker_gateway", acknowledged, {}, expected=200)
    determination_id = determine(parties, case_number)
    claim = until(has_evidence_of(parties, case_number, ALL_SOURCES))
    return Told(case_number, report_id, determination_id, claim)
