"""Papers: raw bytes over HTTP, sealed in the store, in versions."""

import asyncio
import base64
import hashlib
from typing import Any

import pytest

from shared.events.accident_report import AccidentReportContent, AccidentReportFacts
from tests.support.intake_service import EMPLOYER, JPEG, OTHER_EMPLOYER, PNG, Intake
from tests.support.papers import PDF


def at(report: dict[str, Any], code: str = "ID") -> str:
    return f"/v1/accident-reports/{report['id']}/documents/{code}"


async def put(intake: Intake, report: dict[str, Any], content: bytes, code: str = "ID", **headers: str) -> Any:
    return await intake.http.put(at(report, code), content=content, headers={**intake.bearer(), **headers})


def digest(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


@pytest.mark.parametrize(
    ("content", "media_type", "ending"),
    [(PDF, "application/pdf", "pdf"), (JPEG, "image/jpeg", "jpg"), (PNG, "image/png", "png")],
)
async def test_a_paper_comes_back_as_it_was_sent(intake: Intake, content: bytes, media_type: str, ending: str) -> None:
    report = await intake.submit()
    answer = await put(intake, report, content, **{"Content-Digest": digest(content), "Content-Type": "text/html"})
    assert answer.status_code == 201
    body = answer.json()
    assert (body["document_code"], body["version"], body["state"]) == ("ID", 1, "provided")
    assert body["sha256"] == hashlib.sha256(content).hexdigest()
    assert body["size_bytes"] == len(content)
    read = await intake.http.get(at(report), headers=intake.bearer())
    assert read.content == content
    assert read.headers["content-type"] == media_type
    assert read.headers["content-disposition"] == f'attachment; filename="ID-1.{ending}"'
    assert read.headers["x-content-type-options"] == "nosniff"
    assert read.headers["content-digest"] == digest(content)


async def test_bytes_are_stored_sealed_under_the_hash_of_their_content(intake: Intake) -> None:
    report = await intake.submit()
    await put(intake, report, PDF)
    sha256 = hashlib.sha256(PDF).hexdigest()
    (file,) = [path for path in intake.documents.rglob("*") if path.is_file()]
    assert file.name == sha256
    assert b"PDF" not in file.read_bytes()


async def test_a_paper_ticks_the_checklist_and_tells_the_hub(intake: Intake) -> None:
    report = await intake.submit()
    await put(intake, report, PDF)
    read = await intake.read(report["id"])
    assert {item["document_code"]: item["state"] for item in read["checklist"]}["ID"] == "provided"
    event = (await intake.events(report["id"]))[-1]
    assert event.type == "jkk.document.added.v1"
    assert event.version == 2
    assert isinstance(event.facts, AccidentReportFacts)
    assert event.facts.document_codes == ("ID",)
    assert isinstance(event.content, AccidentReportContent)
    assert event.content.documents[0].sha256 == hashlib.sha256(PDF).hexdigest()


async def test_the_same_bytes_are_the_same_version_and_others_the_next(intake: Intake) -> None:
    report = await intake.submit()
    first, again, other = await put(intake, report, PDF), await put(intake, report, PDF), await put(intake, report, PNG)
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 201)
    assert again.json() == first.json()
    assert other.json()["version"] == 2
    assert (await intake.http.get(at(report), headers=intake.bearer())).content == PNG
    assert (await intake.http.get(f"{at(report)}?version=1", headers=intake.bearer())).content == PDF
    assert len(await intake.events(report["id"])) == 3


async def test_versions_count_until_withdrawn(intake: Intake) -> None:
    report = await intake.submit()
    await put(intake, report, PDF)
    await put(intake, report, PNG)
    gone = await intake.http.delete(f"{at(report)}?version=2", headers=intake.bearer())
    assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")
    again = await intake.http.delete(f"{at(report)}?version=2", headers=intake.bearer())
    assert again.status_code == 200
    assert (await intake.http.get(at(report), headers=intake.bearer())).content == PDF
    assert (await intake.http.get(f"{at(report)}?version=2", headers=intake.bearer())).status_code == 410
    await intake.http.delete(f"{at(report)}?version=1", headers=intake.bearer())
    assert (await intake.http.get(at(report), headers=intake.bearer())).status_code == 404
    event = (await intake.events(report["id"]))[-1]
    assert event.type == "jkk.document.withdrawn.v1"
    assert isinstance(event.facts, AccidentReportFacts)
    assert event.facts.document_codes == ()
    anew = await put(intake, report, PDF)
    assert (anew.status_code, anew.json()["version"]) == (201, 3)
    assert len(await intake.events(report["id"])) == 6


async def test_many_papers_at_once_each_get_their_own_version(intake: Intake) -> None:
    report = await intake.submit()
    answers = await asyncio.gather(*(put(intake, report, PDF + str(n).encode()) for n in range(8)))
    assert sorted(answer.json()["version"] for answer in answers) == list(range(1, 9))
    assert [event.version for event in await intake.events(report["id"])] == list(range(1, 10))
    last = (await intake.events(report["id"]))[-1]
    assert isinstance(last.content, AccidentReportContent)
    assert len(last.content.documents) == 8


@pytest.mark.parametrize("content", [b"", b"<html>", b"GIF89a", b"PK\x03\x04", b" %PDF-1.7"])
async def test_other_files_are_not_taken(intake: Intake, content: bytes) -> None:
    report = await intake.submit()
    answer = await put(intake, report, content, **{"Content-Type": "application/pdf"})
    assert answer.status_code == 415
    assert not list(intake.documents.rglob("*/*/*"))


async def test_a_file_over_the_limit_is_not_taken(intake: Intake) -> None:
    report = await intake.submit()
    assert (await put(intake, report, PDF + bytes(10_485_760 - len(PDF)))).status_code == 201
    assert (await put(intake, report, PDF + bytes(10_485_761 - len(PDF)))).status_code == 413

    async def endless() -> Any:
        while True:
            yield PDF + bytes(1_000_000)

    answer = await intake.http.put(at(report), content=endless(), headers=intake.bearer())
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("sha-256=:AAAA:", 422),
        ("sha-512=:AAAA:", 422),
        ("md5=:AAAA:", 201),
        ("unixsum=:AAAA:, " + digest(PDF), 201),
        ("sha-256=AAAA", 400),
        ("sha-256=:***:", 400),
        ("sha-256=:AAA:", 400),
        ("nonsense", 400),
    ],
)
async def test_a_digest_is_checked_when_given(intake: Intake, header: str, status: int) -> None:
    report = await intake.submit()
    assert (await put(intake, report, PDF, **{"Content-Digest": header})).status_code == status


async def test_an_unknown_code_is_refused(intake: Intake) -> None:
    report = await intake.submit()
    assert (await put(intake, report, PDF, code="XYZ")).status_code == 422


async def test_another_employer_finds_nothing(intake: Intake) -> None:
    report = await intake.submit()
    await put(intake, report, PDF)
    other = intake.bearer(OTHER_EMPLOYER)
    answers = [
        await intake.http.put(at(report), content=PNG, headers=other),
        await intake.http.get(at(report), headers=other),
        await intake.http.delete(f"{at(report)}?version=1", headers=other),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len(await intake.events(report["id"])) == 2


async def test_bpjs_reads_a_paper_of_any_report_and_the_access_is_logged(intake: Intake) -> None:
    report = await intake.submit()
    await put(intake, report, PDF)
    answer = await intake.http.get(at(report), headers=intake.bearer("bpjs:cikokol", "claims.read"))
    assert answer.content == PDF
    (row,) = await intake.rows(
        "SELECT * FROM audit_log WHERE action = 'document.read' AND object_id = $1", report["id"]
    )
    assert row["org"] == "bpjs:cikokol"
    assert (await intake.http.get(at(report), headers=intake.bearer(EMPLOYER, "self-reports.read"))).status_code == 403


async def test_a_damaged_object_is_not_handed_out(intake: Intake) -> None:
    report = await intake.submit()
    await put(intake, report, PDF)
    (file,) = [path for path in intake.documents.rglob("*") if path.is_file()]
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    answer = await intake.http.get(at(report), headers=intake.bearer())
    assert answer.status_code == 503
    assert (await put(intake, report, PNG)).status_code == 201
    file.unlink()
    assert (await intake.http.get(f"{at(report)}?version=1", headers=intake.bearer())).status_code == 503
