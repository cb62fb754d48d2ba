"""What parties tell the hub while somebody looks at a screen."""

from services.partners.domain.partners import ClientKind
from shared.events import Event, encode
from shared.kafka.bus import Record
from shared.sealing import load_secrets
from tests.support.agency_events import random_nik
from tests.support.claim_story import accident_report, bundle
from tests.support.served_hub import ServedHub
from tests.support.until import until


def reported(hub: ServedHub, **worker: str) -> tuple[str, str]:
    """A claim by an employer's report: its number and the worker's NIK."""
    nik = random_nik()
    http, headers = hub.apis["intake"].http, hub.bearer(ClientKind.EMPLOYER)
    made = http.post("/v1/accident-reports", json=accident_report(nik, **worker), headers=hub.once(ClientKind.EMPLOYER))
    report_id = made.raise_for_status().json()["report_id"]

    def opened() -> str | None:
        found: str | None = http.get(f"/v1/accident-reports/{report_id}", headers=headers).json()["case_number"]
        return found

    number = until(opened)
    # What other claims of this employer mean for it is found a moment later, and may change what is decided on.
    hub.quiet()
    return number, nik


def visited(hub: ServedHub, nik: str, phone: str | None = None) -> None:
    """A hospital tells of a visit, and where the worker agreed to be told of the claim."""
    sent = bundle(nik, "Baru Datang", "Luka remuk")
    if phone is not None:
        [patient] = [one for one in sent["entry"] if one["resource"]["resourceType"] == "Patient"]
        patient["resource"]["telecom"] = [{"system": "phone", "use": "mobile", "value": phone}]
        said = {
            "resourceType": "Consent",
            "status": "active",
            "scope": {"coding": [{"code": "patient-privacy"}]},
            "category": [{"coding": [{"system": "urn:simpul:consent", "code": "worker-messages"}]}],
            "patient": {"reference": patient["fullUrl"]},
            "dateTime": "2026-11-20T10:15:00+07:00",
            "policyRule": {"coding": [{"code": "OPTIN"}]},
        }
        sent["entry"].append({"request": {"method": "POST", "url": "Consent"}, "resource": said})
    hub.apis["hospital_gateway"].http.post("/fhir", json=sent, headers=hub.once(ClientKind.HOSPITAL)).raise_for_status()


def told(hub: ServedHub, nik: str, *events: Event, state: str | None = None) -> str:
    """The number of this worker's one claim, once these events have made it (and it is in `state`)."""
    sealer = load_secrets(hub.apis["verification"].service.settings.secrets_dir, {}).sealer
    wires = [encode(event, sealer) for event in events]
    hub.wait_for(hub.bus.publish([Record(wire.topic, wire.key, wire.value, wire.headers) for wire in wires]))

    def found() -> str | None:
        http = hub.apis["verification"].http
        items = http.get(f"/v1/claims?q={nik}", headers=hub.bearer(ClientKind.BPJS_VERIFIER)).json()["items"]
        ready = [item["case_number"] for item in items if state in (None, item["state"])]
        return ready[0] if ready else None

    number = until(found)
    hub.quiet()
    return number
