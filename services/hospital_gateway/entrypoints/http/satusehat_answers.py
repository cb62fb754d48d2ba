"""What SATUSEHAT's answer to a Bundle has and R4's has not: bridges read the new ids from there."""

import re

from fastapi import Request

from services.hospital_gateway.entrypoints.http.fhir_answers import SATUSEHAT_BASE, base_of

_RESPONSE = re.compile(rb'"response":\{"status":"[^"]*","location":"([A-Za-z]+)/([^/"]+)/_history/\d+"')


def as_asked(request: Request, answer: bytes) -> bytes:
    """The answer to a Bundle. Under SATUSEHAT's base each response also has `resourceType` and `resourceID`, unless
    the client asks for FHIR by its own media type: then nothing stands in it that R4 does not know."""
    if base_of(request) != SATUSEHAT_BASE or "fhir+json" in request.headers.get("accept", "").lower():
        return answer
    return _RESPONSE.sub(rb'\g<0>,"resourceType":"\1","resourceID":"\2"', answer)
