"""What the OpenAPI of each service says of its operations, for tests that ask the same of all of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deploy.local.settings import SERVICES
from services.partners.domain.partners import ClientKind
from tests.support.claim_story import Story
from tests.support.served_hub import ServedHub

STREAM = "/v1/claims/stream"
SECOND_BASE = "/fhir-r4/v1"
_BY_SCOPE = {
    "partners.manage": ClientKind.OPERATOR,
    "operations.manage": ClientKind.OPERATOR,
    "audit.read": ClientKind.AUDITOR,
    "accident-reports.write": ClientKind.EMPLOYER,
    "accident-reports.read": ClientKind.EMPLOYER,
    "self-reports.write": ClientKind.CHANNEL,
    "self-reports.read": ClientKind.CHANNEL,
    "system/*.c": ClientKind.HOSPITAL,
    "system/*.r": ClientKind.HOSPITAL,
    "system/*.u": ClientKind.HOSPITAL,
    "system/*.s": ClientKind.HOSPITAL,
    "subscriptions.manage": ClientKind.DISNAKER,
    "notifications.read": ClientKind.DISNAKER,
    "cases.read": ClientKind.DISNAKER,
    "determinations.write": ClientKind.DISNAKER,
    "claims.read": ClientKind.BPJS_VERIFIER,
    "claims.decide": ClientKind.BPJS_VERIFIER,
    "participants.write": ClientKind.BPJS_CORE,
    "payments.write": ClientKind.BPJS_CORE,
}
_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Operation:
    """One method of one path, with the scopes of which any one is needed: none for a public operation."""

    service: str
    method: str
    path: str
    described: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.service} {self.method} {self.path}"

    @property
    def scopes(self) -> tuple[str, ...]:
        return tuple(self.described["x-required-scopes"])

    @property
    def is_fhir(self) -> bool:
        return self.service == "hospital_gateway" and self.path.startswith("/fhir")

    @property
    def media_types(self) -> list[str]:
        """What its body may be; empty when it takes none."""
        return list(self.described.get("requestBody", {}).get("content", {}))

    @property
    def takes_json(self) -> bool:
        return "application/json" in self.media_types

    @property
    def takes_key(self) -> bool:
        return any(each["name"] == "Idempotency-Key" for each in self.described.get("parameters", ()))

    def at(self, **known: str) -> str:
        """Its path with `known` filled in; what is not known gets an id that nothing has."""
        return _PARAMETER.sub(lambda found: known.get(found[1], "019e0000-0000-7000-8000-000000000000"), self.path)


def operations_of(hub: ServedHub, *services: str) -> Iterator[Operation]:
    """Every operation of these services, of all of them if none is named."""
    for service in services or SERVICES:
        for path, operations in hub.apis[service].openapi["paths"].items():
            for method, described in operations.items():
                yield Operation(service, method.upper(), path, described)


def known_to(operation: Operation, story: Story) -> dict[str, str]:
    """Path parameters of this operation that lead to something the story made."""
    report_id = story.self_report_id if "/self-reports" in operation.path else story.report_id
    resource_type, resource_id = ("Patient", story.patient_id)
    return {
        "report_id": report_id,
        "document_code": "ID",
        "list_name": "segments",
        "case_number": story.case_number,
        "subscription_id": story.employers_subscription_id if operation.service == "intake" else story.subscription_id,
        "notification_id": story.notification_id,
        "determination_id": story.determination_id,
        "client_id": story.client_id,
        "type_name": resource_type,
        "resource_id": resource_id,
        "version_id": "1",
    }


def caller_of(operation: Operation) -> ClientKind:
    """Whose token is good for this operation."""
    if operation.service == "intake" and "subscriptions.manage" in operation.scopes:
        return ClientKind.EMPLOYER
    for scope, kind in _BY_SCOPE.items():
        if scope in operation.scopes:
            return kind
    return ClientKind.OPERATOR
