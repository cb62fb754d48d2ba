"""Who asked a service for something, and how it fared, as operators are told."""

import uuid

import httpx

from deploy.local.settings import SERVICES
from services.partners.domain.partners import ClientKind
from tests.contract.api.operations import STREAM
from tests.support.served_hub import ServedHub

_PATH = "/v1/operations/contacts"


def asked(hub: ServedHub, service: str, **query: str | int) -> dict[str, dict[str, object]]:
    answer = hub.apis[service].http.get(_PATH, params=query, headers=hub.bearer(ClientKind.OPERATOR))
    assert answer.status_code == httpx.codes.OK, answer.text
    return {item["org"]: item for item in answer.json()["items"]}


def test_every_request_with_a_good_token_counts_however_it_is_answered(hub: ServedHub) -> None:
    org = f"employer:KK{uuid.uuid4().int % 1_000_000:06d}"
    headers = hub.bearer(ClientKind.EMPLOYER, org)
    http = hub.apis["intake"].http
    statuses = [
        http.get("/v1/accident-reports", headers=headers).status_code,
        http.get(f"/v1/accident-reports/{uuid.uuid4()}", headers=headers).status_code,
        http.get("/v1/operations/deliveries", headers=headers).status_code,
        http.get("/nowhere", headers=headers).status_code,
        http.get("/v1/accident-reports").status_code,
    ]
    assert statuses == [200, 404, 403, 404, 401]
    told = asked(hub, "intake", org=org)[org]
    assert {name: told[name] for name in ("answered", "refused", "failed", "last_status")} == {
        "answered": 1,
        "refused": 3,
        "failed": 0,
        "last_status": 404,
    }
    assert org not in asked(hub, "verification", org=org)


def test_a_stream_counts_while_it_is_open(hub: ServedHub) -> None:
    org = "bpjs:pengikut"
    headers = {**hub.bearer(ClientKind.BPJS_CORE, org), "Accept": "text/event-stream"}
    with hub.apis["verification"].http.stream("GET", STREAM, headers=headers) as stream:
        assert stream.status_code == httpx.codes.OK
        assert asked(hub, "verification", org=org)[org]["answered"] == 1


def test_every_service_tells_page_by_page(hub: ServedHub) -> None:
    headers = hub.bearer(ClientKind.OPERATOR)
    for service in SERVICES:
        http = hub.apis[service].http
        for kind in (ClientKind.OPERATOR, ClientKind.AUDITOR):
            http.get("/nowhere", headers=hub.bearer(kind))
        whole, paged, query = list(asked(hub, service, limit=200)), [], {"limit": "1"}
        while "cursor" not in query or query["cursor"]:
            page = http.get(_PATH, params=query, headers=headers).json()
            paged += [item["org"] for item in page["items"]]
            query = {"limit": "1", "cursor": page["next_cursor"]}
        assert len(whole) > 1
        assert paged == whole == sorted(whole)


def test_nobody_else_is_told(hub: ServedHub) -> None:
    for kind in (ClientKind.HOSPITAL, ClientKind.BPJS_VERIFIER, ClientKind.AUDITOR):
        assert hub.apis["intake"].http.get(_PATH, headers=hub.bearer(kind)).status_code == httpx.codes.FORBIDDEN
