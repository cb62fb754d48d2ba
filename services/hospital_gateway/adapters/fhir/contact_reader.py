"""Reads where the patient agreed to be told of the claim: a Consent for just that, and a number on the Patient."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.hospital_gateway.adapters.fhir import systems
from services.hospital_gateway.adapters.fhir.elements import codings, each, first_code, moment, part, text
from services.hospital_gateway.adapters.fhir.visit_resources import VisitResources
from services.hospital_gateway.domain.visit import Contact
from shared.identifiers import e164
from shared.regulation.codes import codes_of

_MESSAGES = "worker-messages"
_OPTED_OUT = "OPTOUT"
_PHONES = ("sms", "phone")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_ADDRESS_MAX = 254


def read_contact(patient: Mapping[str, Any], resources: VisitResources, zone: ZoneInfo) -> Contact | None:
    """Where and in which language, if the patient's latest word is that they agree and an address is known.

    A visit may name other patients, a newborn's mother for one, and is read with what they said.
    """
    words = [
        one
        for _, one in resources.of("Consent")
        if _is_of_messages(one) and ("patient" not in one or resources.referred(one["patient"]) is patient)
    ]
    if not words or not _agrees(max(words, key=lambda one: (_said_at(one, zone), not _agrees(one)))):
        return None
    address = _address(patient)
    return Contact(address, _language(patient)) if address else None


def _is_of_messages(consent: Mapping[str, Any]) -> bool:
    return any(
        one.get("system") == systems.CONSENT and one.get("code") == _MESSAGES
        for one in codings(consent.get("category"))
    )


def _said_at(consent: Mapping[str, Any], zone: ZoneInfo) -> datetime:
    """In doubt a refusal is the later word: one of a day counts to the end of it, and at one time it wins."""
    said = moment(consent.get("dateTime"), zone)
    if said is None:
        return _LONG_AGO
    is_of_day = said.precision == "day" and not _agrees(consent)
    return said.at.replace(hour=23, minute=59, second=59) if is_of_day else said.at


def _agrees(consent: Mapping[str, Any]) -> bool:
    """R4 keeps `provision.type` out of the root rule, so that a refusal is told by the policy or the status; some
    write it there all the same."""
    refused = first_code(consent.get("policyRule")) == _OPTED_OUT or part(consent, "provision", "type") == "deny"
    return consent.get("status") == "active" and not refused


def _address(patient: Mapping[str, Any]) -> str | None:
    """A mobile telephone before another, a telephone before an e-mail address; nothing that is out of use."""
    points = [one for one in each(patient.get("telecom")) if one.get("use") != "old"]
    phones = sorted((one for one in points if one.get("system") in _PHONES), key=_rank)
    found = (e164(text(one.get("value")) or "") for one in phones)
    mails = (text(one.get("value")) for one in points if one.get("system") == "email")
    return next((phone for phone in found if phone), None) or next((mail for mail in mails if _is_mail(mail)), None)


def _rank(point: Mapping[str, Any]) -> tuple[bool, int]:
    rank = point.get("rank")
    is_mobile = point.get("use") == "mobile" or point.get("system") == "sms"
    return not is_mobile, rank if isinstance(rank, int) else 99


def _is_mail(address: str | None) -> bool:
    name, at, host = (address or "").partition("@")
    return (
        bool(name and at and "." in host)
        and len(address or "") <= _ADDRESS_MAX
        and not set(address or "") & set(" \r\n,;<>")
    )


def _language(patient: Mapping[str, Any]) -> str | None:
    """The preferred one of the patient's languages, else the first, as far as messages are written in it."""
    spoken = sorted(each(patient.get("communication")), key=lambda one: one.get("preferred") is not True)
    codes = (str(one.get("code", "")).lower()[:2] for each_one in spoken for one in codings(each_one.get("language")))
    return next((code for code in codes if code in codes_of("message_languages")), None)
