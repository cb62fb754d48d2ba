"""JSON Patch (RFC 6902) on a resource's text. Numbers are read as decimals, so that what it leaves keeps its digits."""

from functools import partial
from typing import Any

import jsonpatch
import jsonpointer
import simplejson

from services.hospital_gateway.adapters.fhir.inspection import DEPTH_MAX
from services.hospital_gateway.application.findings import refusal
from shared.errors import Unreadable
from shared.web.strict_json import parse_strict

OPERATIONS_MAX = 500
_load = partial(simplejson.loads, use_decimal=True)


def patched(text: str, patch: bytes) -> bytes:
    """The resource after the patch. Raises Unreadable for what is no patch, Refusal for one that does not fit."""
    operations = _operations(patch)
    try:
        after = jsonpatch.JsonPatch(operations).apply(_load(text))
    except (jsonpatch.InvalidJsonPatch, TypeError):
        raise refusal("patch-not-json-patch") from None
    except (jsonpatch.JsonPatchConflict, jsonpatch.JsonPatchTestFailed, jsonpointer.JsonPointerException):
        raise refusal("patch-does-not-fit") from None
    return simplejson.dumps(after, use_decimal=True, ensure_ascii=False, separators=(",", ":")).encode()


def _operations(patch: bytes) -> list[Any]:
    try:
        parse_strict(patch, depth_max=DEPTH_MAX)
    except Unreadable as error:
        raise refusal(error.code, "", limit=DEPTH_MAX) from None
    operations = _load(patch.decode())
    if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
        raise refusal("patch-not-json-patch")
    if len(operations) > OPERATIONS_MAX:
        raise refusal("too-many-operations", "", limit=OPERATIONS_MAX)
    return operations
