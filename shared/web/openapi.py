"""What the OpenAPI says alike of every route: how to get a token, what is refused and in which form, and the
`Idempotency-Key`."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from shared.web.door import REQUIRED_SCOPES, SECURITY_SCHEME
from shared.web.idempotency import IDEMPOTENCY_PARAMETER

_PROBLEM_JSON = "application/problem+json"
_WHY = {
    400: "Not readable: not JSON, duplicate keys, NUL, too deep, or Idempotency-Key missing.",
    401: "No access token, or one that does not hold.",
    403: "The token does not grant what is asked for.",
    404: "No such thing, or somebody else's.",
    409: "Not in the present state, or the first request with this Idempotency-Key is still under way.",
    410: "It was there and was withdrawn.",
    412: "Changed meanwhile in what matters; read it again.",
    413: "Over the limit.",
    415: "A media type that is not taken.",
    422: "Against the rules; `errors` names every problem at once.",
    428: "If-Match is missing.",
    429: "Too many; try again after `Retry-After` seconds.",
    503: "Try again after `Retry-After` seconds.",
}
_TEXT = {"type": "string"}
_SCHEMAS: dict[str, Any] = {
    "Problem": {
        "title": "Problem",
        "description": "RFC 9457. `code` never changes its meaning.",
        "type": "object",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": _TEXT,
            "status": {"type": "integer"},
            "code": _TEXT,
            "detail": {"type": "string", "description": "What a person can do about it."},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemAt"}},
        },
        "examples": [
            {
                "type": "urn:simpul:problem:validation",
                "title": "Unprocessable content",
                "status": 422,
                "code": "validation",
                "detail": "The request does not fit; see errors.",
                "errors": [{"pointer": "/worker/nik", "code": "nik-format", "detail": "A NIK has 16 digits."}],
            }
        ],
    },
    "ProblemAt": {
        "title": "ProblemAt",
        "description": "One thing that is wrong with the input; `pointer` is a JSON pointer (RFC 6901).",
        "type": "object",
        "required": ["pointer", "code", "detail"],
        "properties": {"pointer": _TEXT, "code": _TEXT, "detail": _TEXT},
    },
}
# What FastAPI says of every route with a parameter; ours answer in another form.
_FASTAPIS_OWN = ("HTTPValidationError", "ValidationError")


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route."""
    return {status: _refusal(status) for status in statuses}


def idempotent(*parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    """`extra` of a route that takes an Idempotency-Key, and perhaps other `parameters`."""
    return {"parameters": [IDEMPOTENCY_PARAMETER, *parameters], **more}


def describe(app: FastAPI, *, issuer: str) -> None:
    """Make the app's OpenAPI complete."""
    token_url = f"{issuer}/oauth2/token"

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app, token_url)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _refusal(status: int) -> dict[str, Any]:
    content = {_PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": _WHY[status], "content": content}


def _described(app: FastAPI, token_url: str) -> dict[str, Any]:
    schema = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version=app.openapi_version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        servers=app.servers,
        license_info=app.license_info,
    )
    granted: set[str] = set()
    for operations in schema.get("paths", {}).values():
        for operation in operations.values():
            granted.update(operation.get(REQUIRED_SCOPES) or ())
            _describe_refusals(operation)
    components = schema.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _FASTAPIS_OWN:
        schemas.pop(name, None)
    schemas.update(_SCHEMAS)
    for name, examples in _body_examples(app).items():
        if name in schemas:
            schemas[name]["examples"] = examples
    flows = {"clientCredentials": {"tokenUrl": token_url, "scopes": {scope: scope for scope in sorted(granted)}}}
    components.setdefault("securitySchemes", {})[SECURITY_SCHEME] = {"type": "oauth2", "flows": flows}
    return schema


def _body_examples(app: FastAPI) -> dict[str, Any]:
    """By the models' names. FastAPI drops every null of an example, and a form may require a member that is null."""
    found: dict[str, Any] = {}
    for route in app.routes:
        field = route.body_field if isinstance(route, APIRoute) else None
        if field is None or field.field_info.annotation is None:
            continue
        own = TypeAdapter(field.field_info.annotation).json_schema()
        for name, schema in [*own.get("$defs", {}).items(), (own.get("title"), own)]:
            if "examples" in schema:
                found[name] = schema["examples"]
    return found


def _describe_refusals(operation: dict[str, Any]) -> None:
    """What the door answers on a secured operation, and the form of what FastAPI refuses."""
    responses = operation.setdefault("responses", {})
    if _FASTAPIS_OWN[0] in str(responses.get("422")):
        responses["422"] = _refusal(422)
    if operation.get(REQUIRED_SCOPES):
        responses.setdefault("401", _refusal(401))
        responses.setdefault("403", _refusal(403))
