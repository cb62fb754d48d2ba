"""Rules on tokens, what is open, and the look-up that comes first."""

from deploy.conformance.hospital_run import NIK, HospitalRun
from deploy.conformance.hub_under_test import by_identifier, document, expect, expect_that, matches, refusal
from deploy.conformance.rules import RuleBook

ACCESS = RuleBook("interface, section 4: tokens and look-up")
_TEXTS = ("access_token", "token_type", "expires_in", "issued_at", "client_id", "scope", "status")
_ADDED = {"resourceType", "id", "meta", "identifier"}


@ACCESS.rule("token-satusehat", "client_id and client_secret get a token in SATUSEHAT's form, its numbers as texts.")
def _token(run: HospitalRun) -> None:
    answer = expect(run.hub.ask_for_token(), 200)
    told = answer.json()
    for name in _TEXTS:
        expect_that(isinstance(told.get(name), str), answer, f"{name} is a text")
    expect_that(told["token_type"] == "BearerToken", answer, "token_type is BearerToken")
    expect_that(told["status"] == "approved", answer, "status is approved")
    for name in ("expires_in", "issued_at"):
        expect_that(told[name].isdigit(), answer, f"{name} is a number written as a text")
    expect_that(len(told["issued_at"]) == 13, answer, "issued_at is in milliseconds")
    run.hub.use_token(told["access_token"])


@ACCESS.rule("token-refusal", "Wrong credentials answer 401 with fault.faultstring and fault.detail.errorcode.")
def _wrong_secret(run: HospitalRun) -> None:
    answer = expect(run.hub.ask_for_token("wrong-on-purpose"), 401)
    fault = answer.json()["fault"]
    expect_that(bool(fault["faultstring"] and fault["detail"]["errorcode"]), answer, "the fault says what it is")


@ACCESS.rule("token-signed", "A client with a private key gets a token by private_key_jwt.", wants="key")
def _signed(run: HospitalRun) -> None:
    answer = expect(run.hub.ask_for_signed_token(), 200)
    expect_that(bool(answer.json()["access_token"]), answer, "there is an access_token")


@ACCESS.rule("metadata-open", "GET /metadata tells FHIR 4.0.1 without a token, under both bases.")
def _metadata(run: HospitalRun) -> None:
    for base in ("/fhir", "/fhir-r4/v1"):
        answer = expect(run.hub.call("GET", "/metadata", token=False, base=base), 200)
        told = document(answer)
        expect_that(told.get("resourceType") == "CapabilityStatement", answer, "it is a CapabilityStatement")
        expect_that(told.get("fhirVersion") == "4.0.1", answer, "fhirVersion is 4.0.1")


@ACCESS.rule("smart-discovery", "GET /.well-known/smart-configuration says where a token is got, without a token.")
def _discovery(run: HospitalRun) -> None:
    answer = expect(run.hub.call("GET", "/.well-known/smart-configuration", token=False), 200)
    told = answer.json()
    expect_that(bool(told["token_endpoint"]), answer, "there is a token_endpoint")
    methods = told["token_endpoint_auth_methods_supported"]
    expect_that("private_key_jwt" in methods, answer, "private_key_jwt is among the methods")


@ACCESS.rule("token-first", "Without a token everything else answers 401, before the body is looked at.")
def _no_token(run: HospitalRun) -> None:
    refusal(run.hub.call("GET", "/Patient", token=False), 401)
    refusal(run.hub.call("POST", "/Encounter", "{not json", token=False), 401)
    refusal(run.hub.call("POST", "", b"\x00", token=False), 401)


@ACCESS.rule(
    "look-up-mints",
    "Looking up a well-formed NIK answers one Patient (one Practitioner) that holds it, whoever is known.",
    needs=["token-satusehat"],
)
def _look_up(run: HospitalRun) -> None:
    for type_name, nik in (("Patient", run.nik), ("Practitioner", run.doctor_nik)):
        answer = run.hub.call("GET", by_identifier(type_name, NIK, nik))
        found = matches(answer)
        expect_that(len(found) == 1, answer, f"exactly one {type_name} is found")
        held = [(one.get("system"), one.get("value")) for one in found[0].get("identifier", [])]
        expect_that(held == [(NIK, nik)], answer, f"the {type_name} holds the NIK that was asked for")
        run.paths[type_name] = f"{type_name}/{found[0]['id']}"
        run.sent[f"looked-up {type_name}"] = found[0]


@ACCESS.rule(
    "look-up-tells-nothing",
    "The Patient of a first look-up holds nothing that the hospital did not say itself.",
    needs=["look-up-mints"],
)
def _tells_nothing(run: HospitalRun) -> None:
    answer = run.hub.call("GET", f"/{run.paths['Patient']}")
    more = set(document(expect(answer, 200))) | set(run.sent["looked-up Patient"])
    expect_that(more <= _ADDED, answer, f"only {', '.join(sorted(_ADDED))} are there")


@ACCESS.rule("look-up-is-stable", "The same NIK leads to the same id again.", needs=["look-up-mints"])
def _stable(run: HospitalRun) -> None:
    for type_name, nik in (("Patient", run.nik), ("Practitioner", run.doctor_nik)):
        answer = run.hub.call("GET", by_identifier(type_name, NIK, nik))
        paths = [f"{type_name}/{one['id']}" for one in matches(answer)]
        expect_that(paths == [run.paths[type_name]], answer, f"the {type_name} keeps its id")


@ACCESS.rule(
    "one-patient-per-nik",
    "A POST of a Patient whose NIK is known answers 200 with the next version of the same Patient.",
    needs=["look-up-mints"],
)
def _known_patient(run: HospitalRun) -> None:
    answer = expect(run.hub.call("POST", "/Patient", run.patient()), 200)
    expect_that(f"Patient/{document(answer)['id']}" == run.paths["Patient"], answer, "it is the Patient of the look-up")
    expect_that(answer.headers.get("etag") == 'W/"2"', answer, 'its ETag is W/"2"')
