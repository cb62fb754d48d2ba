"""The forms that refusals have: problem+json, FHIR's OperationOutcome, OAuth's error."""

from typing import Any

import httpx

from tests.contract.api.operations import Operation

PROBLEM, OUTCOME, OAUTH, FAULT = "problem", "outcome", "oauth", "fault"
_TYPES = {
    PROBLEM: "application/problem+json",
    OUTCOME: "application/fhir+json",
    OAUTH: "application/json",
    FAULT: "application/json",
}


def form_of(operation: Operation) -> str:
    """Which form this operation's refusals have."""
    if operation.path == "/oauth2/token":
        return OAUTH
    if operation.path == "/oauth2/v1/accesstoken":
        return FAULT
    return OUTCOME if operation.is_fhir else PROBLEM


def assert_refused(answer: httpx.Response, status: int, form: str, told: str = "") -> None:
    """Fails unless the answer has this status and tells of it in this form."""
    assert answer.status_code == status, f"{told}: {answer.status_code} {answer.text[:300]}"
    assert_form(answer.headers["content-type"], answer.json(), status, form, told)


def assert_form(content_type: str, body: dict[str, Any], status: int, form: str, told: str = "") -> None:
    assert content_type.partition(";")[0] == _TYPES[form], told
    if form == PROBLEM:
        assert body["status"] == status, told
        assert body["type"] == f"urn:simpul:problem:{body['code']}", told
        assert body["title"], told
        assert body["detail"], told
        for each in body.get("errors", ()):
            assert set(each) == {"pointer", "code", "detail"}, told
    elif form == OUTCOME:
        assert body["resourceType"] == "OperationOutcome", told
        assert body["issue"], told
        for issue in body["issue"]:
            assert issue["severity"] in ("error", "fatal"), told
            assert issue["code"], told
            assert issue["details"]["text"] or issue["diagnostics"], told
    elif form == FAULT:
        assert body["fault"]["faultstring"], told
        assert body["fault"]["detail"]["errorcode"], told
    else:
        assert body["error"], told
