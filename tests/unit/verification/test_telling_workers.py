"""Who is told the code of a claim that a hospital began, once, and in which language workers are written to."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.verification.application.case_desk import CaseDesk
from services.verification.application.worker_messages import code_message, turn_message
from services.verification.domain.contacts import Contact
from services.verification.domain.derivation import Policy
from services.verification.domain.entries import MessagesStopped
from services.verification.domain.evidence import Evidence
from shared.clock import FixedClock
from tests.support.case_store_in_memory import InMemoryCases
from tests.support.evidence_makers import DAY_0, report, told, visit
from tests.support.letter_cases import InMemoryLetters, clerk_of

PHONE, OTHER = "+6281311112222", "+6281399998888"
AGREED: dict[str, Any] = {"message_contact": PHONE, "birth_date": date(1990, 3, 12)}


def desk(cases: InMemoryCases) -> CaseDesk:
    return CaseDesk(
        cases, FixedClock(DAY_0 + timedelta(days=9)), Policy(10**8), timedelta(days=6), clerk_of(InMemoryLetters())
    )


async def after(*pieces: Evidence) -> InMemoryCases:
    cases = InMemoryCases()
    for piece in pieces:
        await receive(cases, piece)
    return cases


async def receive(cases: InMemoryCases, piece: Evidence) -> None:
    work = desk(cases)
    await work.open([piece.identity], {piece.id}, [])
    work.receive_evidence(piece, None)
    await work.close()


async def test_a_claim_that_begins_at_a_hospital_gives_the_worker_one_code() -> None:
    cases = await after(visit("v", **AGREED))
    [(contact, code)] = cases.codes_told
    assert (contact, len(code)) == (Contact(PHONE), 12)
    assert not cases.told, "the page says whose turn it is"
    await receive(cases, visit("w", 1, **AGREED))
    await receive(cases, report("r", received_at=DAY_0 + timedelta(days=4)))
    assert [code] == [each for _, each in cases.codes_told]
    assert {address for address, _ in cases.told} == {PHONE}


async def test_without_consent_or_birth_date_nobody_is_told() -> None:
    assert not (await after(visit("v", birth_date=date(1990, 3, 12)))).codes_told
    assert not (await after(visit("v", nik=None, kpj="12345678901", message_contact=PHONE))).codes_told
    assert not (await after(visit("v", status="withdrawn", **AGREED))).codes_told


async def test_nobody_is_told_of_what_somebody_tries_out() -> None:
    assert not (await after(visit("v", org="hospital:1~test", **AGREED))).codes_told
    cases = await after(
        told("s", org="channel:jmo~test", message_contact=PHONE), report("r", 0.1, org="employer:JJ012345~test")
    )
    assert len({record.case_number for record in cases.evidence.values()}) == 1
    assert not cases.told


async def test_consent_that_comes_with_a_later_version_counts_from_then() -> None:
    cases = await after(visit("v"))
    assert not cases.codes_told
    await receive(cases, replace(visit("v", **AGREED), version=2))
    assert [contact.address for contact, _ in cases.codes_told] == [PHONE]


@pytest.mark.parametrize("first", [report, told])
async def test_who_reported_first_has_the_code_already(first: Any) -> None:
    cases = await after(first("r", tracking_code_hash="k1.abc"), visit("v", 0.1, **AGREED))
    assert not cases.codes_told


async def test_who_stopped_messages_gets_no_code() -> None:
    cases = await after(visit("v"))
    [number] = cases.claims
    work = desk(cases)
    await work.open([], [], [number])
    work.add_entry(number, MessagesStopped("m", DAY_0 + timedelta(days=8), "worker:self", "worker:self"), "x")
    await work.close()
    await receive(cases, replace(visit("v", **AGREED), version=2))
    assert not cases.codes_told


async def test_the_first_hospitals_number_gets_it() -> None:
    cases = await after(visit("v"), visit("w", 1, **{**AGREED, "message_contact": OTHER}))
    await receive(cases, replace(visit("v", **AGREED), version=2))
    assert [contact.address for contact, _ in cases.codes_told] == [OTHER]


async def test_a_number_is_written_to_in_the_language_it_was_told_with() -> None:
    cases = await after(visit("v", message_language="en", **AGREED))
    assert cases.codes_told[0][0] == Contact(PHONE, "en")
    cases = await after(visit("v", message_language="jv", **AGREED))
    assert cases.codes_told[0][0] == Contact(PHONE, "id")


def test_messages_are_written_in_both_languages_and_name_nobody() -> None:
    document = {"case_number": "JKK-2026-7K3M9Q2XTA5", "state": "REPORTED", "waiting_on": "hospital"}
    assert turn_message(document, "https://x/status", "id")[1].startswith(
        "Klaim JKK-2026-7K3M9Q2XTA5: Kecelakaan sudah dilaporkan. Sekarang giliran: "
    )
    subject, text = turn_message(document, "https://x/status", "en")
    assert subject == "News of claim JKK-2026-7K3M9Q2XTA5"
    assert "The accident is reported. Now it is the turn of: " in text
    for language in ("id", "en"):
        assert "7K3M-9Q2X-TA5Z" in code_message("7K3M9Q2XTA5Z", "https://x/status", language)[1]
