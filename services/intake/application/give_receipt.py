"""Whoever sends something gets a receipt in the answer: a code that anybody can check, without the content."""

from collections.abc import Sequence
from datetime import datetime

import orjson

from services.intake.application.ports import Asker, Work
from services.intake.application.report_view import View
from services.intake.application.stored_report import Form, Paper
from shared.identifiers import in_fours
from shared.receipts.derived import SCENE, words_of_paper
from shared.receipts.register import Acceptance, digest_of

ACCIDENT_REPORT, SELF_REPORT, STAGE_2 = "accident_report", "self_report", "stage_2"
CORRECTION, WITHDRAWAL = "correction", "withdrawal"


async def with_receipt(
    work: Work, asker: Asker, kind: str, view: View, sent: bytes, stage_2: Form | None = None
) -> View:
    """`view`, the answer to a report or a change of one, with the receipt of the bytes that were sent.

    A change is told apart by the version it made; a Tahap II, which may be sent again, by what it says.
    """
    digest = digest_of(sent)
    which = told_apart(view["version"], stage_2)
    at = datetime.fromisoformat(view.get("updated_at") or view["received_at"])
    receipt = await work.give_receipt(asker, Acceptance(kind, (view["id"], which), at, digest))
    return {**view, "receipt": receipt.told()}


def told_apart(version: int, stage_2: Form | None) -> object:
    """What tells the receipts of one report apart."""
    return version if stage_2 is None else digest_of(orjson.dumps(stage_2, option=orjson.OPT_SORT_KEYS))


async def paper_with_receipt(work: Work, asker: Asker, report_id: object, paper: Paper, view: View) -> View:
    """`view`, the answer to a paper, with its receipt; the same bytes again have the same one."""
    kind, subject = words_of_paper(report_id, paper.document_code, paper.version)
    receipt = await work.give_receipt(asker, Acceptance(kind, subject, paper.received_at, paper.sha256))
    return {**view, "receipt": receipt.told()}


async def photo_receipts(work: Work, asker: Asker, view: View, digests: Sequence[str]) -> tuple[str, ...]:
    """The codes, as they are written, of the receipts of a self-report's photographs, each of the bytes that are
    kept."""
    at = datetime.fromisoformat(view["received_at"])
    accepted = [Acceptance(*words_of_paper(view["id"], SCENE, n), at, each) for n, each in enumerate(digests, start=1)]
    return tuple([in_fours((await work.give_receipt(asker, each)).code) for each in accepted])
