"""The resource types of FHIR R4 (4.0.1)."""

from services.hospital_gateway.adapters.fhir.r4.tables import resource_types

R4_TYPES = resource_types()
# Kept one by one at `/{Type}`: everything but the containers and answers of the protocol itself.
DOCUMENT = "Bundle"
STORED_TYPES = R4_TYPES - {DOCUMENT, "Parameters", "OperationOutcome"}
# Documents are kept whole beside their entries, and are what they were when they were signed.
READ_TYPES = STORED_TYPES | {DOCUMENT}
