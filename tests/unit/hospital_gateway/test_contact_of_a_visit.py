"""Where a patient agreed to be told of the claim: by a Consent for it and a number on the Patient."""

from typing import Any

import pytest

from services.hospital_gateway.domain.visit import Contact
from tests.support.visits import ODD, OURS, report, visit, with_odd_elements

PHONE = {"system": "phone", "value": "0812-3456-7890", "use": "mobile"}


def consent(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"code": "patient-privacy"}]},
        "category": [{"coding": [{"system": f"{OURS}consent", "code": "worker-messages"}]}],
        "dateTime": "2026-11-20T10:15:00+07:00",
        "policyRule": {"coding": [{"code": "OPTIN"}]},
        **more,
    }


def contact(*consents: dict[str, Any], **patient: Any) -> Contact | None:
    held = {"resourceType": "Patient", "id": "p", "telecom": [PHONE], **patient}
    return visit(held, *consents, subject={"reference": "Patient/p"}).contact


def test_a_number_leaves_the_gateway_only_with_the_patients_consent() -> None:
    assert contact() is None
    assert contact(consent()) == Contact("+6281234567890")
    held = {"resourceType": "Patient", "id": "p", "telecom": [PHONE]}
    subject = {"reference": "Patient/p"}
    assert report(held, subject=subject).content.patient.message_contact is None
    told = report(held, consent(), subject=subject).content.patient
    assert (told.message_contact, told.message_language) == ("+6281234567890", None)


@pytest.mark.parametrize(
    "refusal",
    [
        {"status": "inactive"},
        {"status": "rejected"},
        {"status": "proposed"},
        {"policyRule": {"coding": [{"code": "OPTOUT"}]}},
        {"provision": {"type": "deny"}},
        {"category": [{"coding": [{"system": f"{OURS}consent", "code": "research"}]}]},
        {"category": [{"coding": [{"system": "http://loinc.org", "code": "worker-messages"}]}]},
    ],
)
def test_what_is_no_consent_to_messages_tells_nothing(refusal: dict[str, Any]) -> None:
    assert contact(consent(**refusal)) is None


def test_the_latest_word_counts() -> None:
    taken_back = consent(dateTime="2026-11-22", policyRule={"coding": [{"code": "OPTOUT"}]})
    assert contact(consent(), taken_back) is None
    assert contact(consent(), {**taken_back, "dateTime": "2026-11-20"}) is None, "of the same day, at no hour"
    assert contact(consent(dateTime="2026-11-22T08:00:00+07:00"), taken_back) is None
    undated = {name: value for name, value in taken_back.items() if name != "dateTime"}
    assert contact(undated, {**undated, "policyRule": {"coding": [{"code": "OPTIN"}]}}) is None
    assert contact(taken_back, consent(dateTime="2026-11-24T08:00:00+07:00")) == Contact("+6281234567890")


def test_nobody_agrees_for_another_patient() -> None:
    mother = {"resourceType": "Patient", "id": "q"}
    hers, own = (consent(patient={"reference": f"Patient/{whose}"}) for whose in "qp")
    held = {"resourceType": "Patient", "id": "p", "telecom": [PHONE]}
    subject = {"reference": "Patient/p"}
    assert visit(held, mother, hers, subject=subject).contact is None
    assert visit(held, mother, hers, own, subject=subject).contact == Contact("+6281234567890")
    taken_back = {**hers, "status": "inactive", "dateTime": "2026-11-24"}
    assert visit(held, mother, own, taken_back, subject=subject).contact == Contact("+6281234567890")


@pytest.mark.parametrize(
    ("telecom", "address"),
    [
        ([{"system": "phone", "value": "021-555123", "use": "home"}, PHONE], "+6281234567890"),
        ([{**PHONE, "use": "old"}, {"system": "phone", "value": "0813 1111 2222"}], "+6281311112222"),
        ([{**PHONE, "rank": 2}, {**PHONE, "value": "+62 813 1111 2222", "rank": 1}], "+6281311112222"),
        ([{"system": "phone", "value": "ext. 12"}, {"system": "email", "value": "siti@contoh.id"}], "siti@contoh.id"),
        ([{"system": "email", "value": "siti@contoh.id, lain@contoh.id"}], None),
        ([{"system": "email", "value": "siti@contoh.id\r\nBcc: x@y.id"}], None),
        ([{"system": "phone"}, "x", {}], None),
        ([], None),
    ],
)
def test_a_mobile_telephone_comes_first_and_what_is_no_address_is_none(telecom: list[Any], address: str | None) -> None:
    found = contact(consent(), telecom=telecom)
    assert (found.address if found else None) == address


def test_messages_come_in_the_patients_preferred_language() -> None:
    def spoken(code: str, **more: Any) -> dict[str, Any]:
        return {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": code}]}, **more}

    found = contact(consent(), communication=[spoken("id-ID"), spoken("en-US", preferred=True)])
    assert found == Contact("+6281234567890", "en")
    assert contact(consent(), communication=[spoken("jv"), spoken("id")]) == Contact("+6281234567890", "id")


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_however_oddly_it_is_told_the_visit_is_read(odd: Any) -> None:
    spoken = {"language": {"coding": [{"code": "en"}]}, "preferred": True}
    held = {"resourceType": "Patient", "id": "p", "telecom": [{**PHONE, "rank": 1}], "communication": [spoken]}
    for said in (consent(), consent(policyRule={"coding": [{"code": "OPTOUT"}]}, provision={"type": "deny"})):
        for changed in with_odd_elements(said, odd):
            visit(held, consent(), changed, subject={"reference": "Patient/p"})
    for changed in with_odd_elements(held, odd):
        visit({**changed, "resourceType": "Patient", "id": "p"}, consent(), subject={"reference": "Patient/p"})
