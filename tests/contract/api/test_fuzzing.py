"""Schemathesis over each API: whatever is sent, the answer is one that the OpenAPI promises, and never a 5xx."""

import json
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from deploy.local.settings import SERVICES
from tests.contract.api.operations import SECOND_BASE, STREAM, Operation, caller_of, known_to, operations_of
from tests.support.claim_story import Story
from tests.support.served_hub import ServedHub

load_all_checks()
# Not among them: that what the schema allows is taken, and what it does not allow is refused. Rules such as opaque
# cursors, identity numbers or a day in the past are no schemas.
_CHECKS: list[Any] = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "response_headers_conformance",
    )
]


@schemathesis.serializer("application/x-ndjson")
def _as_lines(_: Any, value: Any) -> bytes:
    """Whatever was made up for a body of lines, as one line if it is no text."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else json.dumps(value).encode()


_EXAMPLES = {GenerationMode.POSITIVE: 20, GenerationMode.NEGATIVE: 12}


@pytest.mark.parametrize("service", SERVICES)
def test_whatever_is_sent_the_answer_is_one_that_the_openapi_promises(hub: ServedHub, service: str) -> None:
    story = Story(hub).tell()
    schema = schemathesis.openapi.from_dict(hub.apis[service].openapi)
    failures: list[str] = []
    with requests.Session() as session:
        # A connection that lay idle while requests were made up may be closed by the service as the next one starts.
        session.headers["Connection"] = "close"
        for operation in sorted(operations_of(hub, service), key=_takes_away):
            # The stream never ends, and the second FHIR base is the first by another name.
            if operation.path == STREAM or operation.path.startswith(SECOND_BASE):
                continue
            for mode, examples in _EXAMPLES.items():
                if mode is GenerationMode.NEGATIVE and not _can_be_wrong(operation):
                    continue
                try:
                    _fuzz(hub, schema, operation, mode, examples, story, session)
                except Exception as error:
                    # Of what failed once only, hypothesis tells in the errors within.
                    said = " | ".join(str(each) for each in (error, *getattr(error, "exceptions", ())))
                    failures.append(f"{operation} ({mode.value}): {said}")
    assert not failures, "\n\n".join(failures)


def _can_be_wrong(operation: Operation) -> bool:
    """Whether its schemas refuse anything: every text is good for a path parameter."""
    described = operation.described
    return "requestBody" in described or any(each["in"] != "path" for each in described.get("parameters", ()))


def _takes_away(operation: Operation) -> bool:
    """Last come those that leave the others nothing to find."""
    return operation.method == "DELETE" or operation.path.endswith("/withdrawal")


def _fuzz(
    hub: ServedHub,
    schema: Any,
    operation: Operation,
    mode: GenerationMode,
    examples: int,
    story: Story,
    session: requests.Session,
) -> None:
    described = schema[operation.path][operation.method]
    known = known_to(operation, story)
    headers = hub.bearer(caller_of(operation)) if operation.scopes else {}

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=described.as_strategy(generation_mode=mode), exists=st.booleans())
    def ask(case: Case[Any], exists: bool) -> None:
        if exists:
            for name in case.path_parameters:
                case.path_parameters[name] = known.get(name, case.path_parameters[name])
        case.call_and_validate(
            base_url=hub.apis[operation.service].url, session=session, headers=headers, checks=_CHECKS, timeout=20
        )

    ask()
