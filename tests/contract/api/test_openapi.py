"""What a partner's engineer reads in each OpenAPI is complete and holds."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema
import pytest
from openapi_spec_validator import validate

from deploy.local.settings import SERVICES
from shared.regulation.codes import CODE_LISTS
from tests.contract.api.operations import SECOND_BASE, Operation, operations_of
from tests.contract.api.requests_that_fit import examples_of
from tests.support.claim_story import Story
from tests.support.served_hub import ServedHub

PROBLEM = {"$ref": "#/components/schemas/Problem"}
# Refused by the token endpoint as RFC 6749 has it.
_OAUTH = ("/oauth2/token", "/oauth2/v1/accesstoken")
# Which list of codes a member of this name takes its values from, wherever it stands.
_CODED = {
    "segment": "segments",
    "kind": "kinds",
    "waiting_on": "waiting_on",
    "claim_state": "states",
    "accident_type": "accident_types",
    "injury_source": "injury_sources",
    "place_type": "place_types",
    "consequence": "consequences",
    "document_code": "documents",
    "payer_of_first_resort": "payers_of_first_resort",
    "clock": "clocks",
    # The same name for something else: what kind of report a piece of evidence is.
    "EvidenceAnswer.kind": "evidence_kinds",
    "LetterAnswer.kind": "letter_kinds",
    "LetterBody.kind": "letter_kinds",
    "OwnLetter.kind": "letter_kinds",
    "SideAnswer.kind": "evidence_kinds",
    "ComplaintBody.kind": "complaint_kinds",
    "ComplaintAnswer.kind": "complaint_kinds",
    "OwnComplaint.kind": "complaint_kinds",
    "ReceivedThing.kind": "receipt_kinds",
    "ComplaintMadeAnswer.kind": "complaint_kinds",
}
# Of the same name and no code of a list.
_UNCODED = {
    "ClientView.kind",
    "NewClient.kind",
    "RegisteredClient.kind",
    "Disability.kind",
    "NoticeToPublish.kind",
    "NoticeView.kind",
    "PublicNoticeView.kind",
}


@pytest.mark.parametrize("service", SERVICES)
def test_each_document_is_valid(hub: ServedHub, service: str) -> None:
    validate(hub.apis[service].openapi)


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_says_what_it_is_and_which_scope_it_needs(hub: ServedHub, service: str) -> None:
    for operation in operations_of(hub, service):
        described = operation.described
        assert described.get("summary"), operation
        assert "x-required-scopes" in described, operation
        assert [next(iter(each.values())) for each in described["security"]] == [[name] for name in operation.scopes]


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_documents_what_it_refuses(hub: ServedHub, service: str) -> None:
    lacking = []
    for operation in operations_of(hub, service):
        missing = _expected(operation) - {int(status) for status in operation.described["responses"]}
        if missing:
            lacking.append(f"{operation}: {sorted(missing)}")
    assert not lacking, "\n".join(lacking)


def _expected(operation: Operation) -> set[int]:
    """What follows from the operation's own description."""
    wanted = {401, 403} if operation.scopes else set()
    if "{" in operation.path:
        wanted.add(404)
    if operation.takes_json:
        wanted |= {400, 413, 415, 422}
    if operation.takes_key:
        wanted |= {400, 409, 422}
    # Token endpoints have forms of refusal of their own.
    if (
        any(each["in"] == "query" for each in operation.described.get("parameters", ()))
        and operation.path not in _OAUTH
    ):
        wanted.add(422)
    return wanted


@pytest.mark.parametrize("service", SERVICES)
def test_every_refusal_is_a_problem_document_or_an_operation_outcome(hub: ServedHub, service: str) -> None:
    for operation, status, answer in _refusals(hub, service):
        content = answer.get("content", {})
        if operation.path in _OAUTH or operation.path == "/readyz":
            continue
        if operation.is_fhir:
            assert list(content) == ["application/fhir+json"], f"{operation} {status}"
            assert content["application/fhir+json"]["schema"]["properties"]["resourceType"] == {
                "const": "OperationOutcome"
            }
        else:
            assert content == {"application/problem+json": {"schema": PROBLEM}}, f"{operation} {status}"


def _refusals(hub: ServedHub, service: str) -> Iterator[tuple[Operation, str, dict[str, Any]]]:
    for operation in operations_of(hub, service):
        for status, answer in operation.described["responses"].items():
            if status >= "4":
                yield operation, status, answer


@pytest.mark.parametrize("service", SERVICES)
def test_every_body_has_an_example_that_fits_its_schema(hub: ServedHub, service: str) -> None:
    document = hub.apis[service].openapi
    for operation in operations_of(hub, service):
        for media_type, content in operation.described.get("requestBody", {}).get("content", {}).items():
            if content["schema"].get("format") == "binary":
                continue
            examples = list(examples_of(document, content))
            assert examples, f"{operation} {media_type}"
            validator = jsonschema.Draft202012Validator({**content["schema"], "components": document["components"]})
            for example in examples:
                problems = [error.message for error in validator.iter_errors(example)]
                assert not problems, f"{operation}: {problems} in {json.dumps(example)}"


@pytest.mark.parametrize("service", SERVICES)
def test_coded_members_are_enums_of_the_published_lists(hub: ServedHub, service: str) -> None:
    document = hub.apis[service].openapi
    open_ones = []
    for name, schema in document["components"].get("schemas", {}).items():
        for member, described in schema.get("properties", {}).items():
            listed = _CODED.get(f"{name}.{member}") or _CODED.get(member)
            if listed is None or f"{name}.{member}" in _UNCODED:
                continue
            if not _values(document, described) <= {code.code for code in CODE_LISTS[listed]}:
                open_ones.append(f"{name}.{member}")
    assert not open_ones


def _values(document: dict[str, Any], schema: dict[str, Any]) -> set[Any]:
    """Every value that the schema allows; a text without an enum allows what no list holds."""
    if "$ref" in schema:
        return _values(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return {value for each in schema["anyOf"] for value in _values(document, each)}
    if "const" in schema:
        return {schema["const"]}
    if schema.get("type") == "null":
        return set()
    return {value for value in schema.get("enum", ["any text"]) if value is not None}


def test_every_post_that_makes_or_changes_something_takes_an_idempotency_key(hub: ServedHub) -> None:
    """Interface section 3: every POST of sections 3, 5 and 6 but those that it names; operators' are not there."""
    for operation in operations_of(hub, "intake", "disnaker_gateway", "verification"):
        if operation.method != "POST" or "/operations/" in operation.path:
            assert not operation.takes_key, operation
        elif not operation.path.endswith(("/test", "/recover", "/v1/benefit-estimates", "/v1/status")):
            assert operation.takes_key, operation


def test_the_same_code_lists_are_served_by_intake_and_verification(hub: ServedHub) -> None:
    lists = [hub.apis[name].http.get("/v1/codes").json() for name in ("intake", "verification")]
    assert lists[0] == lists[1]
    assert set(lists[0]["lists"]) == set(CODE_LISTS)
    for name in CODE_LISTS:
        one = hub.apis["verification"].http.get(f"/v1/codes/{name}").json()
        assert one == {"list": name, "codes": lists[0]["lists"][name]}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_health_metrics_and_documentation_without_a_token(hub: ServedHub, service: str) -> None:
    http = hub.apis[service].http
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"):
        assert http.get(path).status_code == 200, path


def test_both_fhir_bases_are_described_alike(hub: ServedHub) -> None:
    described = {op.path: op.described for op in operations_of(hub, "hospital_gateway") if op.is_fhir}
    first = {path for path in described if not path.startswith(SECOND_BASE)}
    assert {path.replace(SECOND_BASE, "/fhir", 1) for path in described if path not in first} == first


def test_every_answer_of_a_whole_story_is_as_described(hub: ServedHub) -> None:
    """What fuzzing seldom reaches: the answers to requests that are right."""
    story = Story(hub).tell()
    by_url = {api.url: api for api in hub.apis.values()}
    seen = set()
    for answer in story.answers:
        api = by_url[str(answer.request.url.copy_with(path="/", query=None)).rstrip("/")]
        operation = _called(hub, api.name, answer)
        seen.add(str(operation))
        described = operation.described["responses"][str(answer.status_code)]
        content = described["content"][answer.headers["content-type"].partition(";")[0]]
        validator = jsonschema.Draft202012Validator(
            {**content["schema"], "components": api.openapi["components"]},
            format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
        )
        problems = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer.json())]
        assert not problems, f"{operation}: {problems}"
    assert len(seen) > 15


def _called(hub: ServedHub, service: str, answer: httpx.Response) -> Operation:
    """The operation that answered; of several that fit, the one with the fewest parameters."""
    request = answer.request
    fitting = [
        operation
        for operation in operations_of(hub, service)
        if operation.method == request.method
        and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", operation.path), request.url.path)
    ]
    return min(fitting, key=lambda operation: operation.path.count("{"))
