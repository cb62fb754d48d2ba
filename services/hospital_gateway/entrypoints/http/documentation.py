"""What the OpenAPI says of the FHIR routes, whose bodies are FHIR's own and no models of ours."""

from typing import Any

_JSON_TYPES = ("application/fhir+json", "application/json")
_EXAMPLE_BUNDLE = {
    "resourceType": "Bundle",
    "type": "transaction",
    "entry": [
        {
            "fullUrl": "urn:uuid:a33999a8-63d2-4d4a-a987-a4a02ce76d7a",
            "request": {"method": "POST", "url": "Patient"},
            "resource": {
                "resourceType": "Patient",
                "identifier": [{"system": "https://fhir.kemkes.go.id/id/nik", "value": "3671015203900001"}],
                "name": [{"text": "Siti Aminah"}],
                "gender": "female",
                "birthDate": "1990-03-12",
            },
        }
    ],
}
_EXAMPLE_RESOURCE = {
    "resourceType": "Patient",
    "identifier": [{"system": "https://fhir.kemkes.go.id/id/nik", "value": "3671015203900001"}],
    "name": [{"text": "Siti Aminah"}],
}
_EXAMPLE_ELIGIBILITY = {
    "resourceType": "CoverageEligibilityRequest",
    "status": "active",
    "purpose": ["validation"],
    "patient": {"identifier": {"system": "https://fhir.kemkes.go.id/id/nik", "value": "3671015203900001"}},
    "servicedDate": "2026-11-20",
    "created": "2026-11-20T10:30:00+07:00",
    "insurer": {"display": "BPJS Ketenagakerjaan"},
}
_OUTCOME = {
    "type": "object",
    "required": ["resourceType", "issue"],
    "properties": {"resourceType": {"const": "OperationOutcome"}, "issue": {"type": "array"}},
}
_RESOURCE = {
    "type": "object",
    "required": ["resourceType"],
    "properties": {"resourceType": {"type": "string"}, "id": {"type": "string"}},
}


def _body(example: dict[str, Any]) -> dict[str, Any]:
    content = {name: {"schema": _RESOURCE, "example": example} for name in _JSON_TYPES}
    return {"requestBody": {"required": True, "content": content}}


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/fhir+json": {"schema": schema}}}


BUNDLE_BODY = _body(_EXAMPLE_BUNDLE)
RESOURCE_BODY = _body(_EXAMPLE_RESOURCE)
ELIGIBILITY_BODY = _body(_EXAMPLE_ELIGIBILITY)
PATCH_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json-patch+json": {
                "schema": {"type": "array", "items": {"type": "object", "required": ["op", "path"]}},
                "example": [{"op": "replace", "path": "/status", "value": "finished"}],
            }
        },
    }
}
_PARAMETERS = {
    "identifier": "`system|value`, several with commas between them.",
    "_id": "The hub's own ids.",
    "patient": "`Patient/{id}` or the id; `subject` is the same.",
    "encounter": "`Encounter/{id}` or the id.",
    "status": "Of Task and Communication: `requested`, several with commas between them.",
    "_lastUpdated": "With a prefix: `ge2026-11-20`.",
    "_count": "Matches of a page, at most 200; 0 only counts.",
    "_sort": "`_lastUpdated` or `-_lastUpdated`.",
    "_include": "What the matches name, such as `Encounter:subject`.",
    "_revinclude": "What names the matches, such as `Condition:encounter`.",
    "_cursor": "From the link to the next page.",
}


def _parameter_schema(name: str) -> dict[str, Any]:
    return {"type": "integer", "minimum": 0} if name == "_count" else {"type": "string"}


_SEARCH_EXAMPLE = {"identifier": "https://fhir.kemkes.go.id/id/nik|3671015203900001"}
SEARCH_QUERY: dict[str, Any] = {
    "parameters": [
        {"name": name, "in": "query", "required": False, "description": words, "schema": _parameter_schema(name)}
        for name, words in _PARAMETERS.items()
    ]
}
SEARCH_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": {name: _parameter_schema(name) for name in _PARAMETERS},
                    "additionalProperties": False,
                },
                "example": _SEARCH_EXAMPLE,
            }
        },
    }
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: _answer("Done.", _RESOURCE),
    201: _answer("Created.", _RESOURCE),
    400: _answer("Unreadable: not JSON, NUL, duplicate keys, too deep.", _OUTCOME),
    401: _answer("No access token, or one that does not hold.", _OUTCOME),
    403: _answer("Not granted, or in another registered hospital's name.", _OUTCOME),
    404: _answer("Unknown here, or another hospital's.", _OUTCOME),
    406: _answer("Answers are given as JSON only.", _OUTCOME),
    409: _answer("Somebody else is changing the same at this moment.", _OUTCOME),
    410: _answer("Purged: it bore no sign of a work accident.", _OUTCOME),
    412: _answer("A condition matches several, or If-Match is stale.", _OUTCOME),
    413: _answer("Over 32 MiB or 10,000 entries.", _OUTCOME),
    415: _answer("Neither application/fhir+json nor application/json.", _OUTCOME),
    422: _answer("Against the rules; every problem is named.", _OUTCOME),
    503: _answer("Try again after Retry-After.", _OUTCOME),
}


def outcomes(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that answers with these."""
    return {status: _ANSWERS[status] for status in statuses}


DESCRIBES = outcomes(200, 406)
READS = outcomes(200, 400, 401, 403, 404, 406, 410, 422, 503)
VALIDATES = outcomes(200, 400, 401, 403, 404, 406, 413, 415, 422, 503)
SEARCHES = outcomes(200, 400, 401, 403, 404, 406, 409, 413, 415, 422, 503)
_LINK = {
    "Link": {
        "description": '`<…/receipt/{code}>; rel="urn:simpul:receipt"`: where anybody checks that this was received.',
        "schema": {"type": "string"},
    }
}


def _receipted(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {**answer, "headers": _LINK} for status, answer in outcomes(*statuses).items()}


UPDATES = {**outcomes(400, 401, 403, 404, 406, 409, 410, 412, 413, 415, 422, 503), **_receipted(200)}
CREATES = {**UPDATES, **_receipted(201)}
