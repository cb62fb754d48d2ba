"""Letters of a claim over HTTP, read back from their PDFs."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import asyncpg
import httpx
import pytest

from shared.postgres.database import Database
from tests.support.agency_events import accident_report, determination, random_nik
from tests.support.papers import text_of
from tests.support.verification_service import AUDITOR, Verification


def _text(pdf: bytes) -> str:
    return " ".join(text_of(pdf).split())


async def _letters(hub: Verification, claim: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await hub.http.get(f"/v1/claims/{claim['case_number']}/letters", headers=hub.bearer())
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def _letter(hub: Verification, claim: dict[str, Any], kind: str, lang: str = "id", **who: Any) -> httpx.Response:
    path = f"/v1/claims/{claim['case_number']}/letters/{kind}"
    return await hub.http.get(path, params={"lang": lang}, headers=hub.bearer(**who))


async def test_a_claim_grows_its_letters_and_each_is_a_pdf_that_can_be_read(verification: Verification) -> None:
    hub, nik = verification, random_nik()
    await hub.publish(accident_report(nik, documents=("KPJ",), name="Siti #Aminah <b>"))
    claim = await hub.claim_with(nik, state="REPORTED")
    refused = await _letter(hub, claim, "conclusion")
    assert (refused.status_code, refused.json()["code"]) == (409, "letter.nothing-to-write")
    unknown = await _letter(hub, claim, "love")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "letter.not-found")
    assert (await _letter(hub, claim, "conclusion", lang="fr")).status_code == 422

    hub.clock.advance(timedelta(seconds=1))
    await hub.decide(claim, "request_completion", reason="Mohon KTP.", officer={"id": "V-1", "name": "Dewi"})
    asked = await _letter(hub, claim, "completion-request")
    assert (asked.status_code, asked.headers["content-type"]) == (200, "application/pdf"), asked.text
    text = _text(asked.content)
    for words in ("BPJS Ketenagakerjaan", "PT Contoh Baja", claim["case_number"], "Siti #Aminah <b>", "Mohon KTP."):
        assert words in text
    assert nik not in text
    assert claim["worker"]["nik_masked"] in text

    hub.clock.advance(timedelta(seconds=1))
    claim = await hub.claim(claim["case_number"])
    await hub.decide(claim, "reject", reason="Di luar hubungan kerja.", legal_basis="PP 44/2015 Pasal 1")
    listed = await hub.http.get(f"/v1/claims/{claim['case_number']}/letters", headers=hub.bearer())
    assert [item["kind"] for item in listed.json()["items"]] == ["conclusion", "completion-request"]
    told = await _letter(hub, claim, "conclusion", "en", org=AUDITOR, scope="claims.read")
    text = _text(told.content)
    for words in ("REJECTED", "Di luar hubungan kerja.", listed.json()["items"][0]["number"], "If you do not agree"):
        assert words in text
    rows = await hub.http.get("/v1/audit", params={"action": "claim.letter"}, headers=hub.bearer(AUDITOR, "audit.read"))
    read = [row["detail"]["kind"] for row in rows.json()["items"] if row["object_id"] == claim["case_number"]]
    assert "completion-request" in read
    other = await _letter(hub, claim, "conclusion", scope="claims.decide")
    assert other.status_code == 403


async def test_a_letter_stays_as_it_was_issued_whatever_the_claim_says_later(verification: Verification) -> None:
    hub, nik = verification, random_nik()
    report = accident_report(nik, documents=("KPJ",))
    await hub.publish(report)
    claim = await hub.claim_with(nik, state="REPORTED")
    await hub.decide(claim, "request_completion", reason="Mohon KTP.", officer={"id": "V-1", "name": "Dewi"})
    (first,) = await _letters(hub, claim)
    issued = await _letter(hub, claim, first["id"])

    hub.clock.advance(timedelta(days=2))
    claim = await hub.claim(claim["case_number"])
    await hub.decide(claim, "request_completion", reason="Mohon KTP dan visum.")
    second, same = await _letters(hub, claim)
    assert (same["id"], same["number"], same["sha256"]) == (first["id"], first["number"], first["sha256"])
    assert (same["replaced_by"], second["replaces"]) == (second["number"], first["number"])
    assert (await _letter(hub, claim, first["id"])).content == issued.content
    later = _text((await _letter(hub, claim, "completion-request")).content)
    assert "Mohon KTP dan visum." in later
    assert f"menggantikan surat nomor {first['number']}" in later

    check = await hub.http.get(f"/receipt/{first['receipt']['code']}", headers={"Accept": "application/json"})
    told = check.json()
    assert (told["kind"], told["genuine"], bool(told["replaced_at"])) == ("letter", True, True)
    assert sha256(issued.content).hexdigest() in told["sha256"]
    assert nik not in check.text


async def test_a_copy_holds_less_and_goes_only_to_whom_the_letter_names(verification: Verification) -> None:
    hub, nik = verification, random_nik()
    await hub.publish(accident_report(nik, documents=("KPJ",)))
    claim = await hub.claim_with(nik, state="REPORTED")
    await hub.decide(claim, "reject", reason="Di luar hubungan kerja.", legal_basis="PP 44/2015 Pasal 1")
    path = f"/v1/claims/{claim['case_number']}/letters/conclusion"
    copy = await hub.http.get(path, params={"copy": "employer"}, headers=hub.bearer())
    text = _text(copy.content)
    assert "Tembusan PT Contoh Baja" in text
    assert "DITOLAK" in text
    assert "Di luar hubungan kerja." not in text
    nobodys = await hub.http.get(path, params={"copy": "hospital:1"}, headers=hub.bearer())
    assert (nobodys.status_code, nobodys.json()["code"]) == (404, "letter.no-copy")


async def test_an_inspectors_word_issues_a_letter_in_place_of_bpjs_own(verification: Verification) -> None:
    hub, nik = verification, random_nik()
    await hub.publish(accident_report(nik, documents=("KPJ",)))
    claim = await hub.claim_with(nik, state="REPORTED")
    await hub.decide(claim, "conclude", outcome="not_covered", reason="Bukan.", legal_basis="PP 44/2015 Pasal 1")
    (own,) = await _letters(hub, claim)
    hub.clock.advance(timedelta(seconds=1))
    await hub.publish(determination(claim["case_number"], received_at=hub.clock.now()))
    await hub.claim_with(nik, state="CONCLUDED_WORK_ACCIDENT")
    theirs, _ = await _letters(hub, claim)
    assert (theirs["kind"], theirs["replaces"], theirs["copies"][:2]) == (
        "conclusion", own["number"], ["employer", "disnaker"],
    )  # fmt: skip


async def test_what_was_issued_can_be_erased_in_the_database_and_not_changed(
    verification: Verification, database: Database
) -> None:
    hub, nik = verification, random_nik()
    await hub.publish(accident_report(nik, documents=("KPJ",)))
    claim = await hub.claim_with(nik, state="REPORTED")
    await hub.decide(claim, "request_completion", reason="Mohon KTP.")
    await _letter(hub, claim, "completion-request")
    for change in ("UPDATE claim_letter SET number = 'x'", "UPDATE claim_letter_print SET sha256 = 'x'"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.system_transaction() as transaction:
                await transaction.driver.execute(change)
    async with database.system_transaction() as transaction:
        number, prints = claim["case_number"], "SELECT count(*) FROM claim_letter_print"
        before = await transaction.driver.fetchval(prints)
        await transaction.driver.execute("DELETE FROM claim_letter WHERE case_number = $1", number)
        assert await transaction.driver.fetchval(prints) == before - 1
    assert await _letters(hub, claim) == []


async def test_a_claim_that_takes_in_another_has_its_letters_too(verification: Verification) -> None:
    hub, niks = verification, (random_nik(), random_nik())
    await hub.publish(*(accident_report(nik, documents=("KPJ",)) for nik in niks))
    older, younger = [await hub.claim_with(nik, state="REPORTED") for nik in niks]
    await hub.decide(younger, "request_completion", reason="Mohon KTP.")
    (issued,) = await _letters(hub, younger)
    path = f"/v1/claims/{older['case_number']}/links"
    joined = await hub.http.post(path, json={"join": younger["case_number"]}, headers=hub.once())
    assert joined.status_code == 200, joined.text
    survivor, absorbed = sorted(
        (older, younger), key=lambda claim: claim["case_number"] != joined.json()["case_number"]
    )
    assert issued["id"] in {letter["id"] for letter in await _letters(hub, survivor)}
    moved = await _letter(hub, absorbed, issued["id"])
    assert moved.status_code == 308
    assert moved.headers["location"].startswith(f"/v1/claims/{survivor['case_number']}/letters/")


async def test_an_officer_issues_a_letter_again_and_says_why(verification: Verification) -> None:
    hub, nik = verification, random_nik()
    await hub.publish(accident_report(nik, documents=("KPJ",), name="Siti Aminnah"))
    claim = await hub.claim_with(nik, state="REPORTED")
    path = f"/v1/claims/{claim['case_number']}/letters"
    wanted = {"kind": "conclusion", "reason": "Nama diperbaiki.", "officer": {"id": "V-1", "name": "Dewi"}}
    nothing = await hub.http.post(path, json=wanted, headers=hub.once())
    assert (nothing.status_code, nothing.json()["code"]) == (409, "letter.nothing-to-write")
    await hub.decide(claim, "reject", reason="Di luar hubungan kerja.", legal_basis="PP 44/2015 Pasal 1")
    (first,) = await _letters(hub, claim)
    hub.clock.advance(timedelta(days=1))
    key = hub.once()
    made, again = [await hub.http.post(path, json=wanted, headers=key) for _ in range(2)]
    assert (made.status_code, made.json()["replaces"]) == (201, first["number"])
    assert again.json() == made.json()
    second, _ = await _letters(hub, claim)
    assert (second["id"], second["replaces"]) == (made.json()["id"], first["number"])
    other = await hub.http.post(path, json=wanted, headers=hub.once(scope="claims.read"))
    assert other.status_code == 403
