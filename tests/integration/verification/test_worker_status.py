"""What a worker sees of a claim with a tracking code and a birth date, and what nobody learns without both."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.identifiers import new_tracking_code
from tests.support.agency_events import medical_report, random_nik, self_report
from tests.support.databases import ServiceDatabase
from tests.support.verification_service import AUDITOR, Verification, running_verification
from tests.support.worker_status import BORN, ask, hash_of, reported, seen


async def test_a_worker_sees_where_the_claim_stands_in_plain_words(verification: Verification) -> None:
    code = new_tracking_code()
    await reported(verification, code)
    answer = await ask(verification, code)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    status = answer.json()
    assert status["heading"] == {"id": "Kecelakaan sudah dilaporkan", "en": "The accident is reported"}
    assert status["waiting_on"] in ("employer", "hospital")
    assert status["who_acts"]["id"]
    assert status["what_is_needed"]["id"]
    assert {"treatment", "wages", "payment-in-time", "complaint"} <= {right["code"] for right in status["rights"]}
    assert all(right["legal_basis"] for right in status["rights"])
    assert status["missing"], "papers of Tahap I are still to come"
    assert all(item["who_brings_it"]["id"] for item in status["missing"])


async def test_a_code_may_be_written_as_people_write(verification: Verification) -> None:
    code = "0" + new_tracking_code()[1:6] + "1" + new_tracking_code()[7:]
    await reported(verification, code)
    typed = code.replace("0", "o").replace("1", "l").lower()
    answer = await ask(verification, f" {typed[:4]}-{typed[4:8]} {typed[8:]}")
    assert answer.status_code == 200, answer.text


async def test_a_wrong_code_and_a_wrong_date_get_one_answer(verification: Verification) -> None:
    code = new_tracking_code()
    await reported(verification, code)
    answers = [
        await ask(verification, code, "1990-03-13"),
        await ask(verification, new_tracking_code()),
        await ask(verification, "not a code"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


async def test_nothing_medical_and_nothing_of_anybody_else_is_shown(verification: Verification) -> None:
    code, nik = new_tracking_code(), random_nik()
    await reported(verification, code, nik)
    await verification.publish(medical_report(nik, statement={"outcome": "partial_functional", "prosthesis": "kaki"}))
    claim = await verification.claim_with(nik, outcome="partial_functional")
    await verification.http.post(
        f"/v1/claims/{claim['case_number']}/complaints",
        json={"by": "employer", "text": "Bukan urusan pekerja."},
        headers=verification.once(),
    )
    status = await seen(verification, code)
    for secret in (nik, "Siti", "S68", "hand", "partial_functional", "prothes", "urusan", "discrepanc", "flags"):
        assert secret not in str(status), secret
    assert any(right["code"].startswith("return-to-work-") for right in status["rights"])


async def test_codes_follow_the_report_into_the_claim_it_was_joined_to(verification: Verification) -> None:
    first, second, nik = new_tracking_code(), new_tracking_code(), random_nik()
    event = self_report(nik, birth_date=BORN, tracking_code_hash=hash_of(verification, first))
    await verification.publish(event)
    suspected = await verification.claim_with(nik, state="SUSPECTED")
    status = await seen(verification, first)
    assert status["heading"]["id"] == "Laporan sudah kami terima"
    assert "report-yourself" in {right["code"] for right in status["rights"]}
    assert (status["overdue"], status["due_at"] is not None) == (True, True), "Tahap I is due after 48 hours"
    await reported(verification, second, nik)
    for code in (first, second):
        assert (await seen(verification, code, state="REPORTED"))["case_number"] == suspected["case_number"]


async def test_the_nik_stands_in_for_a_birth_date_that_nobody_told(verification: Verification) -> None:
    code, nik = new_tracking_code(), random_nik()
    await verification.publish(self_report(nik, tracking_code_hash=hash_of(verification, code)))
    await verification.claim_with(nik)
    assert (await ask(verification, code, BORN)).status_code == 200
    assert (await ask(verification, code, "1890-03-12")).status_code == 404


async def test_who_guesses_dates_is_stopped_and_who_knows_is_not(verification: Verification) -> None:
    code = new_tracking_code()
    await reported(verification, code)
    for _ in range(20):
        assert (await ask(verification, code)).status_code == 200, "what is right costs nothing"
    tries = verification.service.settings.status_tries_per_code_max  # type: ignore[attr-defined]
    for unknown in (code, new_tracking_code()):
        statuses = [(await ask(verification, unknown, f"1980-01-{day + 1:02d}")).status_code for day in range(tries)]
        assert set(statuses) == {404}
        refused = await ask(verification, unknown, BORN)
        assert (refused.status_code, refused.json()["code"]) == (429, "too-many-tries")
        assert 1 <= int(refused.headers["retry-after"]) <= 901
    verification.clock.advance(timedelta(minutes=16))
    assert (await ask(verification, code)).status_code == 200


async def test_one_address_cannot_try_code_after_code(verification_database: ServiceDatabase, tmp_path: Path) -> None:
    async with running_verification(verification_database, tmp_path, status_tries_per_address_max=3) as hub:
        statuses = [(await ask(hub, new_tracking_code())).status_code for _ in range(4)]
        assert statuses == [404, 404, 404, 429]


async def test_every_look_is_logged_and_the_worker_sees_who_looked(verification: Verification) -> None:
    code = new_tracking_code()
    await reported(verification, code)
    number = (await ask(verification, code)).json()["case_number"]
    await verification.claim(number)
    await verification.claim(number)
    seen_by = {
        (item["who"]["id"], item["what"]["id"]): item for item in (await ask(verification, code)).json()["seen_by"]
    }
    looked = seen_by["BPJS Ketenagakerjaan: cikokol", "Melihat klaim"]
    assert looked["times"] >= 2
    assert ("Perusahaan: PT Contoh Baja", "Mengirim laporan") in seen_by
    assert ("Pengawas ketenagakerjaan (Disnaker): Banten", "Diberi tahu tentang kejadian ini") in seen_by
    headers = verification.bearer(AUDITOR, "audit.read")
    log = await verification.http.get(
        "/v1/audit", params={"action": "claim.status", "object_id": number}, headers=headers
    )
    assert {row["org"] for row in log.json()["items"]} == {"worker:self"}


async def test_a_verifier_gives_a_new_code_and_the_old_one_ends(verification: Verification) -> None:
    nik, old = random_nik(), new_tracking_code()
    await reported(verification, old, nik)
    number = (await verification.claim_with(nik))["case_number"]
    given = await verification.http.post(
        f"/v1/claims/{number}/tracking-code", json={"reason": "Kode hilang"}, headers=verification.once()
    )
    assert given.status_code == 201, given.text
    assert (await ask(verification, old)).status_code == 404
    assert (await ask(verification, given.json()["tracking_code"])).json()["case_number"] == number


async def test_a_claim_that_a_hospital_began_gets_its_first_code_here(verification: Verification) -> None:
    nik = random_nik()
    await verification.publish(medical_report(nik))
    number = (await verification.claim_with(nik))["case_number"]
    given = await verification.http.post(
        f"/v1/claims/{number}/tracking-code", json={"reason": "Pekerja bertanya"}, headers=verification.once()
    )
    assert (await ask(verification, given.json()["tracking_code"])).json()["case_number"] == number


@pytest.mark.parametrize(
    "body",
    [{}, {"tracking_code": 1, "birth_date": BORN}, {"tracking_code": "A" * 41, "birth_date": BORN},
     {"tracking_code": "A", "birth_date": "12-03-1990"}, {"tracking_code": "A", "birth_date": BORN, "nik": "1"}],
)  # fmt: skip
async def test_what_is_no_question_is_refused(verification: Verification, body: dict[str, Any]) -> None:
    answer = await verification.http.post("/v1/status", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
