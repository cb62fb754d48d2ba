"""What this FHIR server says of itself: CapabilityStatement and SMART configuration. A test holds the former against
the routes."""

from collections.abc import Collection
from typing import Any

INTERACTIONS = ("read", "vread", "update", "patch", "create", "search-type", "history-instance")
SEARCH_PARAMETERS = {
    "_id": "token",
    "_lastUpdated": "date",
    "identifier": "token",
    "patient": "reference",
    "subject": "reference",
    "encounter": "reference",
}
# Of the types by which the hub asks for papers.
WITH_STATUS = ("Task", "Communication")
_VALIDATE = "http://hl7.org/fhir/OperationDefinition/Resource-validate"
# The profiles that docs/fhir publishes; what does not claim them is taken as well.
PROFILES = {
    "Composition": "urn:simpul:StructureDefinition:doctor-statement",
    "Observation": "urn:simpul:StructureDefinition:statement-finding",
    "Practitioner": "urn:simpul:StructureDefinition:treating-doctor",
}
DOCUMENT = "Bundle"
SYSTEM_INTERACTIONS = ("transaction", "batch")
_PUBLISHED = "2026-11-22"


def capability_statement(public_url: str, base: str, types: Collection[str]) -> dict[str, Any]:
    """The CapabilityStatement of one base."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _PUBLISHED,
        "kind": "instance",
        "software": {"name": "Simpul hospital gateway"},
        "implementation": {"description": "Simpul: hospital gateway for JKK claims", "url": f"{public_url}{base}"},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "application/json"],
        "rest": [
            {
                "mode": "server",
                "documentation": (
                    "What is read back equals what was sent but for id, meta and resolved references. Every accepted "
                    'Bundle and write answers a header Link with rel="urn:simpul:receipt": a page where anybody '
                    "can check that it was received, and when, without seeing what it was."
                ),
                "security": {
                    "service": [
                        {
                            "coding": [
                                {
                                    "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                                    "code": "SMART-on-FHIR",
                                }
                            ]
                        }
                    ],
                    "description": "OAuth 2.0 client credentials with private_key_jwt; scopes system/*.crus.",
                },
                "resource": [_document() if name == DOCUMENT else _resource(name) for name in sorted(types)],
                "interaction": [{"code": code} for code in SYSTEM_INTERACTIONS],
            }
        ],
    }


def _resource(name: str) -> dict[str, Any]:
    """What can be done with one type."""
    return {
        "type": name,
        "interaction": [{"code": code} for code in INTERACTIONS],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": False,
        "conditionalCreate": True,
        "conditionalRead": "not-supported",
        "conditionalUpdate": True,
        "conditionalDelete": "not-supported",
        "referencePolicy": ["literal", "logical"],
        "searchParam": [{"name": code, "type": kind} for code, kind in _parameters_of(name).items()],
        "operation": [{"name": "validate", "definition": _VALIDATE}],
        **({"supportedProfile": [PROFILES[name]]} if name in PROFILES else {}),
    }


def _document() -> dict[str, Any]:
    """What can be done with documents, which stay as they were sent."""
    never = {"versioning": "versioned", "conditionalCreate": False, "conditionalUpdate": False}
    codes = ("read", "vread", "create", "search-type", "history-instance")
    said = {**_resource(""), **never, "type": DOCUMENT, "interaction": [{"code": code} for code in codes]}
    del said["operation"]
    kinds = {name: kind for name, kind in SEARCH_PARAMETERS.items() if kind != "reference"}
    return {**said, "searchParam": [{"name": name, "type": kind} for name, kind in kinds.items()]}


def _parameters_of(type_name: str) -> dict[str, str]:
    return {**SEARCH_PARAMETERS, "status": "token"} if type_name in WITH_STATUS else SEARCH_PARAMETERS


def smart_configuration(issuer: str, token_endpoint: str) -> dict[str, Any]:
    """SMART App Launch 2: what a backend service needs to get a token."""
    return {
        "issuer": issuer,
        "token_endpoint": token_endpoint,
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES384", "RS384"],
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": ["system/*.crus"],
        "response_types_supported": [],
        "code_challenge_methods_supported": ["S256"],
        "capabilities": ["client-confidential-asymmetric", "permission-v2"],
    }
