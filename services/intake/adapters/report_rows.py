"""Reports as rows: SQL in, sealed forms out. Raw statements, since these are the hot path of the service."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.intake.application.ports import Office, Page
from services.intake.application.report_events import worker_key
from services.intake.application.stored_report import ClaimView, Paper, StoredReport, StoredSelfReport
from shared.errors import NotFound
from shared.sealing import Sealer

_ADD_REPORT = """INSERT INTO accident_report (report_id, org, version, status, kind, segment, region_code, late, due_at,
    received_at, updated_at, stage_2_received_at, worker_key, tracking_code_hash, form_version, sealed_form)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"""
# What a report's claim looks like now: of the claims it is linked to, the one told of last that was not merged away.
CLAIM_OF_REPORT = """LEFT JOIN LATERAL (SELECT c.case_number, c.claim_version, c.state, c.waiting_on,
    c.payer_of_first_resort, c.checklist::text AS claim_checklist, c.told_at, c.report_version,
    c.clocks::text AS claim_clocks, c.waiting_reason FROM report_claim c
    WHERE c.report_id = r.report_id AND c.linked ORDER BY c.state = 'MERGED', c.told_at DESC, c.case_number LIMIT 1
    ) claim ON true"""
_PAPERS = """(SELECT jsonb_agg(to_jsonb(d) - 'org' - 'report_id' ORDER BY d.document_code, d.version)::text
    FROM report_document d WHERE d.report_id = r.report_id) AS papers"""
_COLUMNS = """r.report_id, r.org, r.version, r.status, r.received_at, r.updated_at, r.stage_2_received_at,
    r.tracking_code_hash, r.form_version, r.sealed_form, claim.*"""
_REPORT = f"SELECT {_COLUMNS}, {_PAPERS} FROM accident_report r {CLAIM_OF_REPORT} WHERE r.report_id = $1"  # noqa: S608
# A lock of its own statement: what it waited for is only seen by the next one.
_LOCK = "SELECT 1 FROM accident_report WHERE report_id = $1 FOR UPDATE"
_LIST = f"""SELECT {_COLUMNS}, {_PAPERS} FROM accident_report r {CLAIM_OF_REPORT}
    WHERE r.org = current_setting('app.org', true) AND ($1::timestamptz IS NULL OR r.updated_at >= $1)
      AND ($2::timestamptz IS NULL OR (r.updated_at, r.report_id) > ($2, $3::uuid))
    ORDER BY r.updated_at, r.report_id LIMIT $4"""  # noqa: S608
_NEWEST = f"""SELECT {_COLUMNS}, {_PAPERS} FROM accident_report r {CLAIM_OF_REPORT}
    WHERE r.org = current_setting('app.org', true)
      AND ($1::timestamptz IS NULL OR (r.received_at, r.report_id) < ($1, $2::uuid))
    ORDER BY r.received_at DESC, r.report_id DESC LIMIT $3"""  # noqa: S608
_KEEP = """INSERT INTO report_history
    (report_id, replaced_by_version, form_version, org, sealed_form, sealed_reason, replaced_at)
    SELECT report_id, $2, form_version, org, sealed_form, $3, $4 FROM accident_report WHERE report_id = $1"""
_REPLACE = """UPDATE accident_report SET version = $2, status = $3, kind = $4, segment = $5, region_code = $6,
    late = $7, due_at = $8, updated_at = $9, stage_2_received_at = $10, worker_key = $11,
    form_version = $12, sealed_form = $13 WHERE report_id = $1"""
_TOUCH = "UPDATE accident_report SET version = $2, updated_at = $3 WHERE report_id = $1"
_ADD_PAPER = """INSERT INTO report_document
    (report_id, org, document_code, version, sha256, size_bytes, media_type, state, received_at)
    SELECT report_id, org, $2, $3, $4, $5, $6, $7, $8 FROM accident_report WHERE report_id = $1"""
_WITHDRAW_PAPER = "UPDATE report_document SET state = $4 WHERE report_id = $1 AND document_code = $2 AND version = $3"
_ADD_SELF_REPORT = """INSERT INTO self_report
    (report_id, org, version, status, received_at, worker_key, tracking_code_hash, sealed_form)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"""
_ADD_PHOTO = """INSERT INTO self_report_photo (report_id, version, org, sha256, size_bytes, media_type, received_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)"""
_PHOTOS = """(SELECT jsonb_agg(to_jsonb(p) - 'org' - 'report_id' || '{"document_code": "SCENE", "state": "provided"}'
    ORDER BY p.version)::text FROM self_report_photo p WHERE p.report_id = r.report_id) AS photos"""
_SELF_REPORT = f"""SELECT r.report_id, r.org, r.version, r.status, r.received_at, r.tracking_code_hash, r.sealed_form,
    {_PHOTOS}, claim.* FROM self_report r {CLAIM_OF_REPORT} WHERE r.report_id = $1"""  # noqa: S608

_REPORT_TYPE, _SELF_REPORT_TYPE, _REASON_TYPE = "accident-report", "self-report", "change-reason"


class ReportRows:
    """The rows of reports, papers and self-reports within one transaction."""

    driver: "asyncpg.Connection[asyncpg.Record]"
    sealer: Sealer
    office: Office

    async def add_report(self, report: StoredReport) -> None:
        facts, stage_1 = report.facts, report.stage_1
        await self.driver.execute(
            _ADD_REPORT,
            report.report_id,
            report.org,
            report.version,
            report.status,
            facts.kind,
            facts.segment,
            facts.region_code,
            stage_1.late,
            stage_1.clock.due_at,
            report.received_at,
            report.updated_at,
            report.stage_2_received_at,
            worker_key(report, self.office),
            report.tracking_code_hash,
            report.version,
            self._sealed(report),
        )

    async def report(self, report_id: UUID, *, lock: bool = False) -> StoredReport:
        if lock:
            await self.driver.execute(_LOCK, report_id)
        row = await self.driver.fetchrow(_REPORT, report_id)
        if row is None:
            raise NotFound("report.not-found", "There is no such report.")
        return self._report(row)

    async def reports(self, page: Page) -> list[StoredReport]:
        after_time, after_id = page.after or (None, None)
        rows = await self.driver.fetch(_LIST, page.updated_since, after_time, after_id, page.limit + 1)
        return [self._report(row) for row in rows]

    async def newest_reports(self, limit: int, before: tuple[datetime, UUID] | None) -> list[StoredReport]:
        before_time, before_id = before or (None, None)
        return [self._report(row) for row in await self.driver.fetch(_NEWEST, before_time, before_id, limit)]

    async def replace_report(self, before: StoredReport, after: StoredReport, *, reason: str | None = None) -> None:
        if after.form is before.form and after.stage_2 is before.stage_2 and after.status == before.status:
            await self.driver.execute(_TOUCH, after.report_id, after.version, after.updated_at)
            return
        sealed_reason = None
        if reason is not None:
            sealed_reason = self.sealer.seal_bytes(
                reason.encode(), type=_REASON_TYPE, id=after.report_id, version=after.version
            )
        await self.driver.execute(_KEEP, after.report_id, after.version, sealed_reason, after.updated_at)
        facts, stage_1 = after.facts, after.stage_1
        await self.driver.execute(
            _REPLACE,
            after.report_id,
            after.version,
            after.status,
            facts.kind,
            facts.segment,
            facts.region_code,
            stage_1.late,
            stage_1.clock.due_at,
            after.updated_at,
            after.stage_2_received_at,
            worker_key(after, self.office),
            after.version,
            self._sealed(after),
        )

    async def add_paper(self, report_id: UUID, paper: Paper) -> None:
        await self.driver.execute(
            _ADD_PAPER,
            report_id,
            paper.document_code,
            paper.version,
            paper.sha256,
            paper.size_bytes,
            paper.media_type,
            paper.state,
            paper.received_at,
        )

    async def withdraw_paper(self, report_id: UUID, paper: Paper) -> None:
        await self.driver.execute(_WITHDRAW_PAPER, report_id, paper.document_code, paper.version, paper.state)

    async def add_self_report(self, report: StoredSelfReport) -> None:
        key = worker_key(report, self.office)
        sealed = self.sealer.seal_bytes(
            orjson.dumps(report.form), type=_SELF_REPORT_TYPE, id=report.report_id, version=report.version
        )
        await self.driver.execute(
            _ADD_SELF_REPORT,
            report.report_id,
            report.org,
            report.version,
            report.status,
            report.received_at,
            key,
            report.tracking_code_hash,
            sealed,
        )
        for photo in report.photos:
            await self.driver.execute(
                _ADD_PHOTO,
                report.report_id,
                photo.version,
                report.org,
                photo.sha256,
                photo.size_bytes,
                photo.media_type,
                photo.received_at,
            )

    async def self_report(self, report_id: UUID) -> StoredSelfReport:
        row = await self.driver.fetchrow(_SELF_REPORT, report_id)
        if row is None:
            raise NotFound("report.not-found", "There is no such report.")
        opened = self.sealer.open_bytes(
            row["sealed_form"], type=_SELF_REPORT_TYPE, id=row["report_id"], version=row["version"]
        )
        return StoredSelfReport(
            report_id=row["report_id"],
            org=row["org"],
            version=row["version"],
            status=row["status"],
            received_at=row["received_at"],
            tracking_code_hash=row["tracking_code_hash"],
            form=orjson.loads(opened),
            claim=claim_of(row),
            photos=_papers(row["photos"]),
        )

    def _sealed(self, report: StoredReport) -> bytes:
        plaintext = orjson.dumps({"form": report.form, "stage_2": report.stage_2})
        return self.sealer.seal_bytes(plaintext, type=_REPORT_TYPE, id=report.report_id, version=report.version)

    def _report(self, row: "asyncpg.Record") -> StoredReport:
        opened = self.sealer.open_bytes(
            row["sealed_form"], type=_REPORT_TYPE, id=row["report_id"], version=row["form_version"]
        )
        forms: dict[str, Any] = orjson.loads(opened)
        return StoredReport(
            report_id=row["report_id"],
            org=row["org"],
            version=row["version"],
            status=row["status"],
            received_at=row["received_at"],
            updated_at=row["updated_at"],
            tracking_code_hash=row["tracking_code_hash"],
            form=forms["form"],
            stage_2=forms["stage_2"],
            stage_2_received_at=row["stage_2_received_at"],
            papers=_papers(row["papers"]),
            claim=claim_of(row),
            counting=self.office.counting,
        )


def _papers(aggregated: str | None) -> tuple[Paper, ...]:
    if aggregated is None:
        return ()
    return tuple(
        Paper(
            document_code=paper["document_code"],
            version=paper["version"],
            sha256=paper["sha256"],
            size_bytes=paper["size_bytes"],
            media_type=paper["media_type"],
            state=paper["state"],
            received_at=datetime.fromisoformat(paper["received_at"]),
        )
        for paper in orjson.loads(aggregated)
    )


def claim_of(row: "asyncpg.Record") -> ClaimView | None:
    if row["case_number"] is None:
        return None
    return ClaimView(
        case_number=row["case_number"],
        claim_version=row["claim_version"],
        state=row["state"],
        waiting_on=row["waiting_on"],
        payer_of_first_resort=row["payer_of_first_resort"],
        checklist=tuple(orjson.loads(row["claim_checklist"])),
        told_at=row["told_at"],
        report_version=row["report_version"],
        clocks=tuple(orjson.loads(row["claim_clocks"])),
        waiting_reason=row["waiting_reason"],
    )
