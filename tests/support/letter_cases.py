"""Claims of which letters are written, as far as letters look at them; and letters in memory."""

from collections.abc import Collection
from typing import Any

from services.verification.application.console_claim import ClaimFile
from services.verification.application.issue_letters import IssuedLetter, LetterClerk
from services.verification.application.letter_paper import Office
from services.verification.application.letters import Letters
from services.verification.domain.entries import Decision
from shared.receipts.codes import Receipt
from shared.web.pages import formats
from tests.support.evidence_makers import at

LETTERS = Letters(Office("BPJS Ketenagakerjaan Cikokol", ("Jalan Contoh 1",)), formats, 100_000_000)
PAPER = {
    "document_code": "ID", "title": {"id": "KTP", "en": "Identity card"}, "required": True, "state": "missing",
    "responsible": "employer", "legal_basis": "Permenaker 1/2025 art. 19(3)", "confidence": "certain",
}  # fmt: skip
LINE = {
    "benefit": "STMB", "amount_rupiah": 1_000_000, "formula": "6 × 5.000.000 / 30 × 100 %",
    "legal_basis": "PP 82/2019 art. 25", "confidence": "certain",
}  # fmt: skip


def decision(kind: str, day: float = 1, **more: Any) -> Decision:
    return Decision(f"d-{kind}-{day}", kind, at(day), "bpjs:x", "V-1", **more)


def claim(state: str, **over: Any) -> dict[str, Any]:
    """A claim's document as far as letters look at it."""
    found: dict[str, Any] = {
        "case_number": "JKK-2026-7K3M9Q2XTA5", "version": 7, "state": state, "segment": "PU", "kind": "accident",
        "worker": {"name": "Siti Aminah", "nik_masked": "3671••••••••0001"}, "region_code": "7471",
        "employer": {"registration_number": "JJ012345", "name": "PT Contoh Baja"}, "rule_set": "RS-2025",
        "occurred_at": "2026-11-16T09:30:00+08:00", "occurred_at_precision": "minute", "outcome": None,
        "clocks": [], "checklist": [], "evidence": [], "hand_over_note": None, "objections": [], "payments": [],
        "remaining_rupiah": None, "test": False,
        "benefit": {"status": "estimate", "lines": [], "total_rupiah": 0, "remarks": [], "recipients": []},
    }  # fmt: skip
    return {**found, **over}


def file(document: dict[str, Any], *entries: Any) -> ClaimFile:
    return ClaimFile(document, None, (), entries)


def asked(**over: Any) -> ClaimFile:
    clock = {
        "clock": "INFO_FOLLOWUP", "due_at": "2026-11-27T23:59:59+08:00", "running": True,
        "legal_basis": "Form 3 KK 1", "confidence": "certain",
    }  # fmt: skip
    request = decision("request_completion", reason="Foto KTP kabur.", officer_name="Dewi")
    return file(claim("AWAITING_DOCUMENTS", clocks=[clock], checklist=[PAPER], **over), request)


def concluded(*entries: Any, state: str = "CONCLUDED_WORK_ACCIDENT", **over: Any) -> ClaimFile:
    return file(claim(state, **over), *entries)


def approved(*lines: dict[str, Any], state: str = "BENEFIT_APPROVED", **over: Any) -> ClaimFile:
    total = sum(line["amount_rupiah"] for line in lines)
    benefit = {"status": "final", "lines": lines, "total_rupiah": total, "remarks": [], "recipients": []}
    return file(claim(state, benefit=benefit, **over), decision("approve_benefit", amount_rupiah=total))


def letter_check(letter_id: str) -> Receipt:
    """Where a letter could be checked."""
    return Receipt("V0123456789ABCDE", f"https://example.go.id/{letter_id}")


class InMemoryLetters:
    """`LetterBook` of all claims there are."""

    def __init__(self) -> None:
        self.letters: list[IssuedLetter] = []
        self.contents: dict[str, bytes] = {}
        self.replaced: list[str] = []
        self.looks = 0

    async def of_claims(self, case_numbers: Collection[str]) -> list[IssuedLetter]:
        self.looks += 1
        return [letter for letter in self.letters if letter.case_number in case_numbers]

    async def keep(self, letter: IssuedLetter, content: bytes, replaced: IssuedLetter | None) -> None:
        self.letters.append(letter)
        self.contents[letter.id] = content
        self.replaced += [replaced.id] if replaced else []

    async def content(self, letter: IssuedLetter) -> bytes:
        return self.contents[letter.id]


def clerk_of(book: InMemoryLetters) -> LetterClerk:
    """Who issues letters into this book."""
    return LetterClerk(LETTERS, book, letter_check)
