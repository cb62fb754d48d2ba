"""Names of identifier and code systems as they travel."""

NIK = "https://fhir.kemkes.go.id/id/nik"
PASSPORTS = ("https://fhir.kemkes.go.id/id/paspor", "https://fhir.kemkes.go.id/id/passport")
IHS_NUMBER = "https://fhir.kemkes.go.id/id/ihs-number"
PRACTITIONER_NUMBERS = (
    "https://fhir.kemkes.go.id/id/nakes-his-number",
    "https://fhir.kemkes.go.id/id/str-kki-number",
)
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ICD9_CM = "http://hl7.org/fhir/sid/icd-9-cm"
KPJ = "urn:simpul:kpj"
NPP = "urn:simpul:npp"
CASE_NUMBER = "urn:simpul:case-number"
ACCIDENT_REPORT = "urn:simpul:accident-report"
OWN_PREFIX = "urn:simpul:"
FORM = "urn:simpul:form"
OBSERVATION = "urn:simpul:observation"
ORGANIZATION = "http://sys-ids.kemkes.go.id/organization"
# What the hub says itself: who it is, its requests, papers and where they stand, and by what a status is found.
HUB = "urn:simpul:hub"
REQUEST = "urn:simpul:request"
DOCUMENT = "urn:simpul:document"
CHECKLIST_STATE = "urn:simpul:checklist-state"
STATUS = "urn:simpul:status"
