"""Hubs that break one rule each: a transport before the real hub that spoils one answer."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

Spoil = Callable[[httpx.Request, httpx.Response], httpx.Response]


class WrongHub(httpx.BaseTransport):
    """Answers as the hub behind it but for what `spoil` changes."""

    def __init__(self, spoil: Spoil) -> None:
        self._spoil = spoil
        self.behind = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.behind.handle_request(request)
        answer.read()
        return self._spoil(request, answer)

    def close(self) -> None:
        self.behind.close()


@dataclass
class Where:
    """Which answers are spoiled: by method, a pattern of the whole address, status, and how many to pass over."""

    method: str
    address: str
    status: int | None = None
    skip: int = 0

    def meets(self, request: httpx.Request, answer: httpx.Response) -> bool:
        fits = (
            request.method == self.method
            and re.search(self.address, str(request.url)) is not None
            and self.status in (None, answer.status_code)
        )
        if fits and self.skip:
            self.skip -= 1
            return False
        return fits


def remade(answer: httpx.Response, **changes: Any) -> httpx.Response:
    """The answer with another status, body or headers."""
    told: dict[str, Any] = {
        "status": answer.status_code,
        "headers": answer.headers,
        "content": answer.content,
        **changes,
    }
    headers = {
        name: value
        for name, value in told["headers"].items()
        if name.lower() not in ("content-length", "transfer-encoding", "content-encoding")
    }
    return httpx.Response(told["status"], headers=headers, content=told["content"])


def status(where: Where, code: int) -> Spoil:
    return lambda request, answer: remade(answer, status=code) if where.meets(request, answer) else answer


def text(where: Where, sent: str, spoiled: str) -> Spoil:
    def spoil(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        return remade(answer, content=answer.text.replace(sent, spoiled)) if where.meets(request, answer) else answer

    return spoil


def without_header(where: Where, name: str) -> Spoil:
    def spoil(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        kept = {one: value for one, value in answer.headers.items() if one.lower() != name}
        return remade(answer, headers=kept) if where.meets(request, answer) else answer

    return spoil


def header(where: Where, name: str, value: str) -> Spoil:
    def spoil(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        return remade(answer, headers={**answer.headers, name: value}) if where.meets(request, answer) else answer

    return spoil


def body(where: Where, change: Callable[[dict[str, Any]], Any]) -> Spoil:
    """`change` works on the answer's JSON in place."""

    def spoil(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if not where.meets(request, answer):
            return answer
        told = answer.json()
        change(told)
        return remade(answer, content=json.dumps(told))

    return spoil


def stores_what_it_refuses(behind: Callable[[], httpx.BaseTransport]) -> Spoil:
    """Of a refused transaction the first entry is stored all the same."""

    def spoil(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if request.method == "POST" and request.url.path == "/fhir" and answer.status_code == 422:
            first = json.loads(request.content)["entry"][0]["resource"]
            url = request.url.copy_with(path=f"/fhir/{first['resourceType']}")
            headers = {name: request.headers[name] for name in ("authorization", "content-type")}
            alone = httpx.Request("POST", url, headers={**headers, "host": request.headers["host"]}, json=first)
            behind().handle_request(alone).read()
        return answer

    return spoil


def _entries(told: dict[str, Any], change: Callable[[dict[str, Any]], Any]) -> None:
    for entry in told.get("entry", []):
        change(entry)


def _no_entries(told: dict[str, Any]) -> None:
    told.pop("entry", None)


def _cover_nobody(told: dict[str, Any]) -> None:
    for insurance in told.get("insurance", []):
        insurance["inforce"] = False


_NIK = r"identifier=.*nik"
# For each rule a hub that breaks it and none of the rules that it needs.
SPOILED: dict[str, Callable[[], Spoil]] = {
    "token-satusehat": lambda: body(Where("POST", "accesstoken", 200), lambda told: told.update(expires_in=3599)),
    "token-refusal": lambda: status(Where("POST", "accesstoken", 401), 400),
    "token-signed": lambda: status(Where("POST", "oauth2/token$"), 400),
    "metadata-open": lambda: body(Where("GET", "/metadata$"), lambda told: told.update(fhirVersion="4.3.0")),
    "smart-discovery": lambda: body(Where("GET", "smart-conf"), lambda told: told.pop("token_endpoint")),
    "token-first": lambda: status(Where("POST", "/Encounter$", 401), 400),
    "look-up-mints": lambda: body(Where("GET", f"/Patient.{_NIK}"), _no_entries),
    "look-up-tells-nothing": lambda: body(Where("GET", "/Patient/"), lambda told: told.update(name=[{"text": "Siti"}])),
    "look-up-is-stable": lambda: body(
        Where("GET", f"/Patient.{_NIK}", skip=1),
        lambda told: _entries(told, lambda one: one["resource"].update(id="x")),
    ),
    "one-patient-per-nik": lambda: status(Where("POST", "/Patient$", 200), 201),
    "create": lambda: without_header(Where("POST", "/Encounter$", 201), "location"),
    "parts-of-a-visit": lambda: status(Where("POST", "/Procedure$", 201), 404),
    "read-equals-sent": lambda: text(Where("GET", "/Observation/"), "120.10", "120.1"),
    "references-are-kept": lambda: text(Where("GET", "/Observation/"), "Patient/P02478375538", "Patient/0"),
    "update": lambda: without_header(Where("PUT", "/Encounter/", 200), "etag"),
    "content-type": lambda: header(Where("GET", "/Encounter/", 200), "content-type", "application/json"),
    "include": lambda: text(Where("GET", "_include"), '"include"', '"match"'),
    "conditional-update": lambda: status(Where("PUT", r"/Location\?", 200), 201),
    "patch": lambda: status(Where("PATCH", "/Condition/"), 405),
    "versions": lambda: body(Where("GET", "/_history$"), lambda told: told["entry"].reverse()),
    "search": lambda: body(Where("GET", r"/Procedure\?subject"), _no_entries),
    "paging": lambda: body(Where("GET", "_count=1"), lambda told: told.update(link=[])),
    "prefer-minimal": lambda: (
        lambda request, answer: remade(answer, content=b"{}") if "prefer" in request.headers else answer
    ),
    "if-match": lambda: status(Where("PUT", "/Encounter/", 412), 409),
    "conditional-create": lambda: status(Where("POST", "/Organization$", 200), 201),
    "one-encounter-per-number": lambda: status(Where("POST", "/Encounter$", 422), 200),
    "ids-are-the-hubs": lambda: status(Where("PUT", "/Patient/", 404), 201),
    "no-delete": lambda: status(Where("DELETE", "/Encounter/"), 200),
    "another-hospitals": lambda: status(Where("GET", "/Encounter/", 404), 403),
    "in-anothers-name": lambda: status(Where("POST", "/Encounter$", 403), 201),
    "transaction": lambda: body(
        Where("POST", "/fhir$", 200), lambda told: _entries(told, lambda one: one["response"].pop("etag"))
    ),
    "trailing-slash": lambda: status(Where("POST", "/fhir/$"), 307),
    "same-bytes-again": lambda: without_header(Where("POST", "/fhir$"), "idempotency-replayed"),
    "unresolvable": lambda: status(Where("POST", "/fhir$", 422, skip=1), 200),
    "conditional-reference": lambda: body(
        Where("GET", "/Encounter/"), lambda told: told["subject"].update(reference="Patient?identifier=x|y")
    ),
    "batch": lambda: status(Where("POST", "/fhir$", 200), 422),
    "document": lambda: body(Where("GET", "/Bundle/"), lambda told: told["entry"].pop()),
    "bundle-type": lambda: status(Where("POST", "/fhir$", 422), 400),
    "too-many-entries": lambda: status(Where("POST", "/fhir$", 413), 400),
    "unreadable": lambda: status(Where("POST", "/Patient$", 400, skip=2), 500),
    "not-json-type": lambda: status(Where("POST", "/Patient$", 415), 400),
    "every-problem-named": lambda: body(
        Where("POST", "/Observation$", 422), lambda told: told.update(issue=told["issue"][:1])
    ),
    "both-languages": lambda: body(
        Where("POST", "/Observation$", 422), lambda told: told["issue"][-1]["details"].pop("_text")
    ),
    "nothing-personal-in-errors": lambda: body(
        Where("POST", "/Patient$", 422), lambda told: told["issue"][0].update(diagnostics="3671011305 is no NIK")
    ),
    "validate": lambda: status(Where("POST", "validate$"), 422),
    "eligibility": lambda: status(Where("POST", "/CoverageEligibilityRequest$"), 202),
    "eligibility-in-bundle": lambda: body(
        Where("POST", "/fhir$", 200), lambda told: _entries(told, lambda one: one.pop("resource", None))
    ),
    "eligibility-of-members": lambda: body(Where("POST", "/CoverageEligibilityRequest$", 201), _cover_nobody),
    "feedback-search": lambda: status(Where("GET", "/Communication"), 404),
    "feedback-asks": lambda: body(Where("GET", "/Task.*requested"), _no_entries),
    "feedback-is-read-only": lambda: status(Where("PUT", "/Task/"), 200),
    "feedback-completes": lambda: body(Where("GET", "/Task.*completed"), _no_entries),
    "entered-in-error": lambda: status(Where("PUT", "/Encounter/"), 409),
}


def wrong_hub(rule: str) -> WrongHub:
    """One that breaks this rule."""
    made: list[WrongHub] = []
    spoil = stores_what_it_refuses(lambda: made[0].behind) if rule == "all-or-nothing" else SPOILED[rule]()
    made.append(WrongHub(spoil))
    return made[0]
