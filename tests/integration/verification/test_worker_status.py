"""What a worker sees of a claim with a tracking code and a birth date, and what nobody learns without both."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from shared.events import Event
from shared.identifiers import new_id, new_tracking_code
from tests.support.agency_events import accident_report, medical_report, random_nik, self_report
from tests.support.databases import ServiceDatabase
from tests.support.eventually import eventually
from tests.support.verification_service import AUDITOR, Verification, running_verification

BORN = "1990-03-12"


def hash_of(hub: Verification, code: str) -> str:
    """What intake sends of a code."""
    return hub.secrets.blind_index.of("tracking-code", code)


async def ask(hub: Verification, code: str, birth_date: str = BORN, **more: Any) -> httpx.Response:
    return await hub.http.post("/v1/status", json={"tracking_code": code, "birth_date": birth_date}, **more)


async def seen(hub: Verification, code: str, birth_date: str = BORN, **wanted: Any) -> dict[str, Any]:
    """The status, once the report has come through."""

    async def found() -> dict[str, Any] | None:
        answer = await ask(hub, code, birth_date)
        body: dict[str, Any] = answer.json()
        fits = answer.status_code == 200 and all(body[name] == value for name, value in wanted.items())
        return body if fits else None

    status = await eventually(found)
    assert status is not None
    return status


async def reported(hub: Verification, code: str, nik: str | None = None, **more: Any) -> Event:
    event = accident_report(nik or random_nik(), tracking_code_hash=hash_of(hub, code), **more)
    await hub.publish(event)
    # Asking before the report has come through would be a failed try.
    await hub.claim_with(nik or event.content.report.worker.nik)  # type: ignore[union-attr]
    return event


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


async def test_the_same_form_sent_twice_is_one_complaint(verification: Verification) -> None:
    code, nik = new_tracking_code(), random_nik()
    await reported(verification, code, nik)
    http = verification.http
    page = await http.get("/status")
    csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
    assert csrf is not None
    shared = {"csrf": csrf[1]}
    told = {**shared, "tracking_code": code, "day": "12", "month": "3", "year": "1990"}
    opened = await http.post("/status", data=told)
    assert (opened.status_code, opened.headers["location"]) == (303, "/status/claim")
    assert code not in opened.headers["set-cookie"], "the cookie is sealed"
    complaint = {**shared, "kind": "complaint", "by": "family", "text": "Belum ada kabar.", "once": str(new_id())}
    codes = set()
    for _ in range(2):
        sent = await http.post("/status/complaint", data=complaint)
        place, _, receipt = sent.headers["location"].partition("&receipt=")
        assert (sent.status_code, place) == (303, "/status/claim?sent=true")
        codes.add(receipt)
    assert len(codes) == 1, "one complaint has one receipt"
    after = (await http.get(sent.headers["location"])).text
    assert after.count(receipt) > 2, "shown to be kept, and with all that was received"
    elsewhere = await http.get("/status/claim?sent=true&receipt=R7K3-M9Q2-XTA5-B4C8")
    assert "R7K3" not in elsewhere.text, "an address makes no receipt"
    checked = (await http.get(f"/receipt/{receipt}", headers={"Accept": "application/json"})).json()
    assert (checked["kind"], len(checked["sha256"])) == ("complaint", 1)
    received = (await ask(verification, code)).json()["received"]
    assert [each["kind"] for each in received] == ["complaint", "accident_report"]
    claim = await verification.claim_with(nik)
    assert [(item["by"], item["channel"]) for item in claim["complaints"]] == [("family", "status-page")]
    assert claim["timeline"][-1]["who"] == "worker:self"
    empty = await http.post("/status/complaint", data={**complaint, "text": " "})
    assert empty.status_code == 422
    for number in range(6):
        last = await http.post("/status/complaint", data={**complaint, "once": str(new_id()), "text": str(number)})
    assert last.status_code == 429
    verification.clock.advance(timedelta(minutes=31))
    over = await http.get("/status/claim")
    assert (over.status_code, over.headers["location"]) == (303, "/status")


async def test_a_code_that_was_replaced_closes_the_page_it_had_opened(verification: Verification) -> None:
    code, nik = new_tracking_code(), random_nik()
    await reported(verification, code, nik)
    csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', (await verification.http.get("/status")).text)
    assert csrf is not None
    told = {"csrf": csrf[1], "tracking_code": code, "day": "12", "month": "3", "year": "1990"}
    await verification.http.post("/status", data=told)
    assert (await verification.http.get("/status/claim")).status_code == 200
    number = (await verification.claim_with(nik))["case_number"]
    await verification.http.post(
        f"/v1/claims/{number}/tracking-code", json={"reason": "Kode hilang"}, headers=verification.once()
    )
    assert (await verification.http.get("/status/claim")).status_code == 303


async def test_a_made_up_cookie_opens_nothing(verification: Verification) -> None:
    for value in ("", "x", "AAAA", "é" * 3):
        answer = await verification.http.get("/status/claim", headers=[(b"Cookie", f"status={value}".encode())])
        assert answer.status_code == 303, value


async def test_each_change_of_turn_is_told_to_who_agreed_until_they_stop_it(
    verification_database: ServiceDatabase, tmp_path: Path
) -> None:
    folder = tmp_path / "messages"
    options = {"message_transport": "file", "message_folder": folder, "message_poll_seconds": 0.05}

    def texts() -> list[str]:
        told = [json.loads(path.read_text()) for path in folder.glob("*.json")]
        assert {each["to"] for each in told} <= {"+6281311112222"}
        return [each["text"] for each in told]

    async with running_verification(verification_database, tmp_path, **options) as hub:
        code, nik = new_tracking_code(), random_nik()
        await hub.publish(
            self_report(nik, birth_date=BORN, tracking_code_hash=hash_of(hub, code), message_phone="+6281311112222")
        )
        claim = await hub.claim_with(nik, state="SUSPECTED")
        await reported(hub, new_tracking_code(), nik)
        await hub.claim_with(nik, state="REPORTED")
        [text] = await eventually(texts)
        assert f"Klaim {claim['case_number']}: Kecelakaan sudah dilaporkan. Sekarang giliran:" in text
        assert "http://verification.test/status" in text
        assert "Siti" not in text

        http = hub.http
        csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', (await http.get("/status")).text)
        assert csrf is not None
        asked = {"csrf": csrf[1], "tracking_code": code, "day": "12", "month": "3", "year": "1990"}
        await http.post("/status", data=asked)
        assert "Hentikan pesan" in (await http.get("/status/claim")).text
        assert (await http.post("/status/messages", data={"csrf": csrf[1]})).status_code == 303
        assert "Hentikan pesan" not in (await http.get("/status/claim")).text
        after = await hub.claim_with(nik)
        assert after["timeline"][-1]["what"] == "messages.stopped"
        await hub.decide(after, "refer_to_disnaker", reason="x", legal_basis="y")
        assert (await hub.claim_with(nik, waiting_on="disnaker"))["state"] == "AWAITING_DETERMINATION"
        assert texts() == [text]


async def test_a_worker_whose_claim_begins_at_a_hospital_is_told_the_code_once(
    verification_database: ServiceDatabase, tmp_path: Path
) -> None:
    folder = tmp_path / "messages"
    options = {"message_transport": "file", "message_folder": folder, "message_poll_seconds": 0.05}

    def told() -> list[dict[str, str]]:
        return [json.loads(path.read_text()) for path in folder.glob("*.json")]

    async with running_verification(verification_database, tmp_path, **options) as hub:
        nik, encounter = random_nik(), str(new_id())
        agreed: dict[str, Any] = {"message_contact": "+6281311112222", "message_language": "en"}
        agreed["encounter_id"] = encounter
        await hub.publish(medical_report(nik, **agreed))
        await hub.claim_with(nik, state="SUSPECTED")
        [message] = await eventually(told)
        assert message["to"] == "+6281311112222"
        found = re.search(r"Your tracking code: ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})\.", message["text"])
        assert found is not None, message["text"]
        status = await ask(hub, found[1])
        assert (status.status_code, status.json()["heading"]["en"]) == (200, "We have your report")
        await hub.publish(medical_report(nik, version=2, **agreed))
        await reported(hub, new_tracking_code(), nik)
        await hub.claim_with(nik, state="REPORTED")
        turn = next(each for each in await eventually(lambda: told() if len(told()) > 1 else []) if each != message)
        assert "The accident is reported" in turn["text"]
        assert len(told()) == 2
    connection = await asyncpg.connect(verification_database.superuser_url)
    try:
        rows = await connection.fetch("SELECT code_hash FROM tracking_code")
        [line] = await connection.fetch("SELECT * FROM audit_log WHERE action = 'tracking-code.tell'")
    finally:
        await connection.close()
    assert found[1].replace("-", "") not in f"{rows} {line}", "only a keyed hash is kept"


async def opened_page(hub: Verification, code: str) -> tuple[httpx.AsyncClient, str]:
    """A telephone of its own that has opened the claim, and its forms' token."""
    transport = httpx.ASGITransport(hub.service.app, raise_app_exceptions=False)
    http = httpx.AsyncClient(transport=transport, base_url="http://verification.test")
    csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', (await http.get("/status")).text)
    assert csrf is not None
    asked = {"csrf": csrf[1], "tracking_code": code, "day": "12", "month": "3", "year": "1990"}
    assert (await http.post("/status", data=asked)).headers["location"] == "/status/claim"
    return http, csrf[1]


async def test_a_companion_follows_and_speaks_until_the_worker_takes_it_back(verification: Verification) -> None:
    code, nik = new_tracking_code(), random_nik()
    await reported(verification, code, nik)
    http, csrf = await opened_page(verification, code)
    wanted = {"csrf": csrf, "once": str(new_id()), "name": "Adi", "relation": "family", "agree": "yes"}
    without = {name: value for name, value in wanted.items() if name != "agree"}
    assert (await http.post("/status/companions", data=without)).status_code == 422, "not without consent"
    named = await http.post("/status/companions", data=wanted)
    found = re.search(r'class="code">([0-9A-Z-]+)<', named.text)
    assert found is not None, named.text
    again = await http.post("/status/companions", data=wanted)
    assert again.status_code == 303, "the same form names nobody twice, and the code is told once"
    own = found[1].replace("-", "")

    companions_http, companions_csrf = await opened_page(verification, own)
    page = (await companions_http.get("/status/claim")).text
    assert "Tunjuk pendamping" not in page
    other = {**wanted, "csrf": companions_csrf, "once": str(new_id())}
    assert (await companions_http.post("/status/companions", data=other)).status_code == 422
    told = {"csrf": companions_csrf, "kind": "complaint", "by": "family", "text": "Kapan?", "once": str(new_id())}
    assert (await companions_http.post("/status/complaint", data=told)).status_code == 303
    claim = await verification.claim_with(nik)
    [companion] = claim["companions"]
    assert (companion["name"], companion["relation"], companion["ended_at"]) == ("Adi", "family", None)
    assert claim["timeline"][-1]["who"] == f"companion:{companion['id']}"
    seen_by = {item["who"]["id"] for item in (await ask(verification, code)).json()["seen_by"]}
    assert any(who.startswith("Pendamping Anda") for who in seen_by)

    ended = await http.post(f"/status/companions/{companion['id']}/end", data={"csrf": csrf})
    assert ended.status_code == 303
    assert (await ask(verification, own)).status_code == 404
    assert (await companions_http.get("/status/claim")).headers["location"] == "/status"
    assert (await ask(verification, code)).status_code == 200
    [companion] = (await verification.claim_with(nik))["companions"]
    assert companion["ended_at"] is not None


async def test_only_the_worker_names_companions_and_not_without_end(verification: Verification) -> None:
    code = new_tracking_code()
    await reported(verification, code)
    http, csrf = await opened_page(verification, code)
    wanted = {"csrf": csrf, "name": "Adi", "relation": "union", "agree": "yes"}
    statuses = [
        (await http.post("/status/companions", data={**wanted, "once": str(new_id())})).status_code for _ in range(6)
    ]
    assert statuses == [200] * 5 + [409]
    number = (await ask(verification, code)).json()["case_number"]
    claim = await verification.claim(number)
    assert len(claim["companions"]) == 5


async def test_a_new_code_for_the_worker_leaves_the_companions_theirs(verification: Verification) -> None:
    code = new_tracking_code()
    await reported(verification, code)
    http, csrf = await opened_page(verification, code)
    wanted = {"csrf": csrf, "once": str(new_id()), "name": "Adi", "relation": "union", "agree": "yes"}
    found = re.search(r'class="code">([0-9A-Z-]+)<', (await http.post("/status/companions", data=wanted)).text)
    assert found is not None
    number = (await ask(verification, code)).json()["case_number"]
    await verification.http.post(
        f"/v1/claims/{number}/tracking-code", json={"reason": "Kode hilang"}, headers=verification.once()
    )
    assert (await ask(verification, code)).status_code == 404
    assert (await ask(verification, found[1])).status_code == 200
