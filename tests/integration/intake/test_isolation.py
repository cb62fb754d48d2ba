"""Who sees what: between partners over HTTP, and between roles in the database."""

import asyncpg
import pytest

from tests.support.intake_service import EMPLOYER, OTHER_EMPLOYER, Intake, self_report
from tests.support.papers import PDF
from tests.support.routes import assert_every_route_declares_its_scope

TENANT_TABLES = (
    "accident_report",
    "report_history",
    "report_document",
    "report_claim",
    "self_report",
    "idempotency_key",
    "audit_log",
)


async def test_somebody_elses_report_is_not_there(intake: Intake) -> None:
    report = await intake.submit()
    path = f"/v1/accident-reports/{report['id']}"
    other, once = intake.bearer(OTHER_EMPLOYER), intake.once(OTHER_EMPLOYER)
    answers = [
        await intake.http.get(path, headers=other),
        await intake.http.put(
            f"{path}/stage-2", json={"outcome": "recovered", "examined_on": "2026-11-20"}, headers=other
        ),
        await intake.http.post(f"{path}/corrections", json={"changes": {"note": "x"}, "reason": "x"}, headers=once),
        await intake.http.post(f"{path}/withdrawal", json={"reason": "x"}, headers=once),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "report.not-found")}
    listed = await intake.http.get("/v1/accident-reports", headers=other)
    assert listed.json() == {"items": [], "next_cursor": None}
    assert (await intake.read(report["id"]))["version"] == 1


@pytest.mark.parametrize("report_id", ["00000000-0000-7000-8000-000000000000", "nonsense", "1"])
async def test_an_id_that_never_was_is_not_there(intake: Intake, report_id: str) -> None:
    answer = await intake.http.get(f"/v1/accident-reports/{report_id}", headers=intake.bearer())
    assert (answer.status_code, answer.json()["code"]) == (404, "report.not-found")


async def test_the_door_comes_before_everything_else(intake: Intake) -> None:
    for headers, status in (({}, 401), (intake.bearer(scope="self-reports.write"), 403)):
        for method, path in (
            ("POST", "/v1/accident-reports"),
            ("GET", "/v1/accident-reports/nonsense"),
            ("PUT", "/v1/accident-reports/nonsense/documents/XYZ"),
            ("POST", "/v1/accident-reports/nonsense/corrections"),
        ):
            answer = await intake.http.request(method, path, content=b"{", headers=headers)
            assert answer.status_code == status, (method, path)
    assert (await intake.http.get("/v1/nowhere")).status_code == 401


async def test_every_route_declares_its_scope(intake: Intake) -> None:
    assert_every_route_declares_its_scope(intake.app)


async def test_the_database_itself_keeps_partners_apart(intake: Intake) -> None:
    report = await intake.submit()
    await intake.http.put(f"/v1/accident-reports/{report['id']}/documents/ID", content=PDF, headers=intake.bearer())
    channel = intake.once("channel:jmo", "self-reports.write")
    await intake.http.post("/v1/self-reports", json=self_report(), headers=channel)
    connection = await asyncpg.connect(intake.database.url)
    try:
        for org, sees in ((None, False), ("", False), ("employer:NOBODY", False), (EMPLOYER, True)):
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute("SET LOCAL ROLE simpul_intake_app")
            if org is not None:
                await connection.execute("SELECT set_config('app.org', $1, true)", org)
            counts = {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in TENANT_TABLES}
            await transaction.rollback()
            assert bool(counts["accident_report"]) is sees
            assert bool(counts["report_document"]) is sees
            assert counts["self_report"] == 0
            if not sees:
                assert set(counts.values()) == {0}, org
        for table in ("outbox", "inbox", "dead_letter", "dead_letter_edit", "parked_event"):
            async with connection.transaction():
                await connection.execute("SET LOCAL ROLE simpul_intake_app")
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    async with connection.transaction():
                        await connection.fetch(f"SELECT * FROM {table}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT * FROM accident_report")
    finally:
        await connection.close()


async def test_a_partner_cannot_write_rows_for_another(intake: Intake) -> None:
    report = await intake.submit()
    connection = await asyncpg.connect(intake.database.url)
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL ROLE simpul_intake_app")
            await connection.execute("SELECT set_config('app.org', $1, true)", OTHER_EMPLOYER)
            changed = await connection.execute("UPDATE accident_report SET status = 'withdrawn'")
            assert changed == "UPDATE 0"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with connection.transaction():
                await connection.execute("SET LOCAL ROLE simpul_intake_app")
                await connection.execute("SELECT set_config('app.org', $1, true)", OTHER_EMPLOYER)
                await connection.execute(
                    """INSERT INTO report_document (report_id, document_code, version, org, sha256, size_bytes,
                        media_type, state, received_at) VALUES ($1, 'ID', 1, $2, '', 1, '', '', now())""",
                    report["id"],
                    EMPLOYER,
                )
    finally:
        await connection.close()
