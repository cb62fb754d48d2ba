"""What the worker is told that the hub has received, and the receipts of it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from services.verification.application.console_claim import Paper
from services.verification.application.received import received_document, received_on, without_codes
from services.verification.domain.entries import ComplaintReceived, CompletionAnswer, Entry, Objection
from services.verification.domain.evidence import Receipt
from shared.identifiers import in_fours
from shared.receipts.codes import ReceiptCodes, service_of
from shared.receipts.derived import SCENE
from shared.receipts.register import Receipts
from tests.support.evidence_makers import at, report

CODES = ReceiptCodes(b"k" * 32)
RECEIPTS = Receipts(CODES, "verification", "https://claims.example", {"intake": "https://intake.example/receipt"})
SENT = CODES.code("intake", "accident_report", "r-1", 1)


def complaint(by: str, id_: str = "c-1") -> ComplaintReceived:
    return ComplaintReceived(id_, at(3), "bpjs:cikokol", "V-1", at(2), "complaint", by, None, "Belum ada kabar.")


def shown(papers: tuple[Paper, ...] = (), entries: tuple[Entry, ...] = (), *changes: Receipt) -> list[dict[str, Any]]:
    first = Receipt(1, "accident-report.submitted", at(0), at(0), code=SENT)
    piece = replace(report("r-1"), receipts=(first, *changes))
    return received_document(received_on([piece], papers, entries, CODES), RECEIPTS)


def paper(code: str, received_at: datetime | None) -> Paper:
    return Paper("r-1", code, 1, "application/pdf", 100, received_at)


def test_a_report_is_told_with_the_receipt_that_its_sender_got() -> None:
    [told] = shown()
    assert (told["kind"], told["who"]["id"]) == ("accident_report", "Perusahaan")
    assert told["receipt"] == {"code": in_fours(SENT), "url": f"https://intake.example/receipt/{in_fours(SENT)}"}


def test_what_came_without_a_receipt_is_told_without_one() -> None:
    told = shown((), (), Receipt(2, "accident-report.corrected", at(1), at(1)))
    assert [(each["kind"], each["receipt"] is None) for each in told] == [
        ("correction", True), ("accident_report", False),
    ]  # fmt: skip


def test_papers_stand_for_themselves_and_are_named() -> None:
    told = shown(
        (paper("KPJ", at(1)), paper(SCENE, at(1)), paper("ID", None)),
        (),
        Receipt(2, "accident-report.document-added", at(1), at(1)),
    )
    assert [each["kind"] for each in told] == ["document", "photograph", "accident_report"]
    assert told[0]["what"]["en"].startswith("Document: ")
    wanted = in_fours(CODES.code("intake", "document", "r-1", "KPJ", 1))
    assert told[0]["receipt"]["code"] == wanted


def test_only_words_of_the_worker_s_side_are_told() -> None:
    entries = (
        complaint("worker"),
        complaint("employer", "c-2"),
        Objection("o-1", at(4), "bpjs:cikokol", "V-1", "heir", "bpjs"),
        Objection("o-2", at(4), "bpjs:cikokol", "V-1", "employer", "bpjs"),
        CompletionAnswer("a-1", at(5), "companion:x", "status", "Masih berobat."),
    )
    told = shown((), entries)
    assert [(each["kind"], each["who"]["en"]) for each in told] == [
        ("completion_answer", "Your companion"), ("objection", "Heir"), ("complaint", "Worker"),
        ("accident_report", "Company"),
    ]  # fmt: skip


def test_codes_that_were_never_given_here_are_left_out_and_other_services_are_trusted() -> None:
    found = received_on([report("r-1")], [paper("KPJ", at(1))], [complaint("worker")], CODES)
    kept = without_codes(found, ())
    assert [service_of(each.code) for each in kept if each.code] == ["intake"]
    given = {each.code for each in found if each.code}
    assert without_codes(found, given) == found


def test_a_long_treatment_does_not_make_the_page_long() -> None:
    changes = [Receipt(number, "medical-report.updated", at(number), at(number)) for number in range(2, 90)]
    assert len(shown((), (), *changes)) == 30
