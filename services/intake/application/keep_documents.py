"""Papers of a report: added in versions that all count until one is withdrawn, since several papers share a code."""

import hashlib
from dataclasses import dataclass, replace
from uuid import UUID

from services.intake.application.correct_report import require_not_withdrawn
from services.intake.application.ports import Asker, Office, Work
from services.intake.application.report_events import report_event
from services.intake.application.stored_report import PAPER_IN_FORCE, PAPER_WITHDRAWN, Paper, StoredReport
from services.intake.domain.file_types import media_type_of
from shared.crashpoints import crashpoint
from shared.errors import Conflict, Gone, NotFound, UnsupportedType
from shared.events.vocabulary import ReportChange

VERSIONS_MAX = 200


@dataclass(frozen=True)
class AddedPaper:
    """`is_new` is false when these bytes were there already."""

    paper: Paper
    is_new: bool


async def store_content(office: Office, content: bytes) -> tuple[str, str]:
    """Keep the bytes, before any row names them: bytes without a row are harmless, a row without bytes is not.

    Gives the digest and the media type. Raises UnsupportedType for anything but PDF, JPEG and PNG, and Unavailable.
    """
    media_type = media_type_of(content)
    if media_type is None:
        raise UnsupportedType("document.type", "A document is a PDF, JPEG or PNG file.")
    sha256 = hashlib.sha256(content).hexdigest()
    await office.document_store.put(sha256, content)
    crashpoint("document.after-store")
    return sha256, media_type


async def add_document(
    work: Work, office: Office, asker: Asker, report_id: UUID, document_code: str, stored: tuple[str, str, int]
) -> AddedPaper:
    """Add a version of a paper whose bytes are stored; `stored` is digest, media type and size.

    The same digest as a version in force is that version. Raises NotFound, and Conflict for a withdrawn report or
    too many versions.
    """
    before = await work.report(report_id, lock=True)
    require_not_withdrawn(before)
    sha256, media_type, size_bytes = stored
    same_code = [paper for paper in before.papers if paper.document_code == document_code]
    for paper in same_code:
        if paper.in_force and paper.sha256 == sha256:
            await work.record(asker, "document.add", report_id, _detail(paper) | {"changed": False})
            return AddedPaper(paper, is_new=False)
    if len(same_code) >= VERSIONS_MAX:
        raise Conflict("document.too-many-versions", f"A document has at most {VERSIONS_MAX} versions.")
    now = office.clock.now()
    paper = Paper(document_code, len(same_code) + 1, sha256, size_bytes, media_type, PAPER_IN_FORCE, now)
    after = replace(before, version=before.version + 1, updated_at=now, papers=_in_order([*before.papers, paper]))
    await work.add_paper(report_id, paper)
    await work.replace_report(before, after)
    await work.publish(report_event(after, ReportChange.DOCUMENT_ADDED, office))
    await work.record(asker, "document.add", report_id, _detail(paper))
    return AddedPaper(paper, is_new=True)


async def withdraw_document(
    work: Work, office: Office, asker: Asker, report_id: UUID, document_code: str, version: int
) -> Paper:
    """Take one version out of force; again changes nothing. Raises NotFound, and Conflict for a withdrawn report."""
    before = await work.report(report_id, lock=True)
    require_not_withdrawn(before)
    paper = find_paper(before, document_code, version)
    if not paper.in_force:
        await work.record(asker, "document.withdraw", report_id, _detail(paper) | {"changed": False})
        return paper
    withdrawn = replace(paper, state=PAPER_WITHDRAWN)
    papers = tuple(withdrawn if known is paper else known for known in before.papers)
    after = replace(before, version=before.version + 1, updated_at=office.clock.now(), papers=papers)
    await work.withdraw_paper(report_id, withdrawn)
    await work.replace_report(before, after)
    await work.publish(report_event(after, ReportChange.DOCUMENT_WITHDRAWN, office))
    await work.record(asker, "document.withdraw", report_id, _detail(withdrawn))
    return withdrawn


async def paper_to_read(work: Work, asker: Asker, report_id: UUID, document_code: str, version: int | None) -> Paper:
    """The version asked for, else the latest in force; the access is logged. Raises NotFound, and Gone for a
    withdrawn version."""
    paper = find_paper(await work.report(report_id), document_code, version)
    if not paper.in_force:
        raise Gone("document.withdrawn", "This version has been withdrawn.")
    await work.record(asker, "document.read", report_id, _detail(paper))
    return paper


async def photo_to_read(work: Work, asker: Asker, report_id: UUID, version: int) -> Paper:
    """A photograph of a self-report; the access is logged. Raises NotFound."""
    report = await work.self_report(report_id)
    found = next((photo for photo in report.photos if photo.version == version), None)
    if found is None:
        raise NotFound("document.not-found", "There is no such document.")
    await work.record(asker, "self-report.read-photo", report_id, _detail(found))
    return found


def find_paper(report: StoredReport, document_code: str, version: int | None) -> Paper:
    """The version, else the latest in force. Raises NotFound."""
    found = [
        paper
        for paper in report.papers
        if paper.document_code == document_code and (paper.in_force if version is None else paper.version == version)
    ]
    if not found:
        raise NotFound("document.not-found", "There is no such document.")
    return found[-1]


def _in_order(papers: list[Paper]) -> tuple[Paper, ...]:
    return tuple(sorted(papers, key=lambda paper: (paper.document_code, paper.version)))


def _detail(paper: Paper) -> dict[str, object]:
    return {"document_code": paper.document_code, "document_version": paper.version}
