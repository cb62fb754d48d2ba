"""What the letters of a claim say."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.application.console_claim import ClaimFile
from services.verification.application.letter_paper import Items, Letter, Office, Paragraph, Table, words_of
from services.verification.application.letters import Letters, known
from services.verification.domain.entries import Decision, Objection, ObjectionAnswer
from services.verification.domain.evidence import Determination
from shared.errors import Conflict, NotFound
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
        "remaining_rupiah": None,
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


def said(letter: Letter) -> str:
    """All of its text."""
    return "\n".join(str(text) for text in (letter.to, letter.head.rows, *letter.blocks, letter.footer))


def kinds(found: ClaimFile) -> list[str]:
    return [each["kind"] for each in LETTERS.listed(found)]


def test_a_claim_has_the_letters_that_it_gives_reason_for() -> None:
    assert kinds(file(claim("REPORTED"))) == []
    assert kinds(asked()) == ["completion-request"]
    assert kinds(concluded(decision("conclude", outcome="work_accident"))) == ["conclusion"]
    assert kinds(approved(LINE)) == ["conclusion", "benefit"]
    withdrawn = replace(asked(), document={**asked().document, "state": "WITHDRAWN"})
    assert kinds(withdrawn) == []


@pytest.mark.parametrize("kind", ["completion-request", "conclusion", "benefit"])
def test_without_reason_there_is_nothing_to_write(kind: str) -> None:
    with pytest.raises(Conflict) as refused:
        LETTERS.letter(file(claim("REPORTED")), kind, "id")
    assert refused.value.code == "letter.nothing-to-write"


def test_a_first_of_two_approvals_is_no_benefit_to_tell() -> None:
    first = decision("approve_benefit", amount_rupiah=200_000_000)
    assert "benefit" not in kinds(concluded(first, state="AWAITING_SECOND_APPROVAL"))


def test_other_kinds_of_letters_are_not_there() -> None:
    assert known("benefit") == "benefit"
    with pytest.raises(NotFound):
        known("love")


def test_a_letter_bears_number_and_date_of_the_place_and_names_the_claims_version() -> None:
    letter = LETTERS.letter(concluded(decision("conclude", outcome="work_accident")), "conclusion", "id")
    assert letter.number == f"JKK-2026-7K3M9Q2XTA5/KSP/{letter.at.date().isoformat()}"
    assert dict(letter.head.rows)["Tanggal"].endswith("WITA")
    assert "versi 7" in letter.footer[0]


def test_who_is_asked_is_told_what_they_lack_why_and_until_when() -> None:
    letter = LETTERS.letter(asked(), "completion-request", "id")
    assert letter.to == ("PT Contoh Baja", "NPP JJ012345")
    text = said(letter)
    for words in ("KTP (ID)", "Foto KTP kabur.", "27 Nov 2026 23.59 WITA", "Pasal 19(3)", "Petugas: Dewi"):
        assert words in text


def test_a_letter_names_no_paper_that_another_party_owes() -> None:
    visum = {**PAPER, "document_code": "VISUM", "title": {"id": "Visum", "en": "Visum"}, "responsible": "hospital"}
    found = asked()
    found = replace(found, document={**found.document, "checklist": [PAPER, visum]})
    items = [block for block in LETTERS.letter(found, "completion-request", "id").blocks if isinstance(block, Items)]
    assert [row[0] for block in items for row in block.rows] == ["KTP (ID)"]


def test_a_paper_found_wanting_is_asked_of_who_brings_it() -> None:
    paper = {**PAPER, "document_code": "DOC", "responsible": "hospital", "state": "rejected"}
    found = asked(evidence=[{"org": "hospital:100000401"}])
    request = decision("request_completion", reason_code="document-rejected:DOC")
    found = replace(found, document={**found.document, "checklist": [paper]}, entries=(request,))
    assert LETTERS.letter(found, "completion-request", "id").to == ("Fasilitas kesehatan 100000401",)


def test_a_conclusion_tells_reason_article_and_the_way_to_object() -> None:
    rejection = decision("reject", reason="Kunjungan pribadi.", legal_basis="PP 44/2015 art. 1")
    letter = LETTERS.letter(concluded(rejection, state="REJECTED"), "conclusion", "id")
    assert letter.to == ("Siti Aminah", "NIK 3671••••••••0001")
    text = said(letter)
    for words in (
        "DITOLAK",
        "Kunjungan pribadi.",
        "PP 44/2015 Pasal 1",
        "paling lama 5 hari kerja",
        "UU 24/2011 Pasal 48*",
    ):
        assert words in text
    assert words_of("id")["objection"]["no_limit"] in text
    assert words_of("id")["uncertain"] in text


def test_an_inspectors_word_is_told_as_theirs_and_objected_to_before_the_minister() -> None:
    word = Determination("p", "disnaker:36", "NOT_WORK_ACCIDENT", date(2026, 11, 18), at(2), letter_number="566/1")
    found = concluded(decision("conclude", outcome="work_accident"), word, state="CONCLUDED_NOT_COVERED")
    text = said(LETTERS.letter(found, "conclusion", "id"))
    for words in (
        "BUKAN kecelakaan kerja",
        "pengawas ketenagakerjaan pada 18 November 2026",
        "566/1",
        "kepada Menteri",
    ):
        assert words in text


def test_after_the_minister_there_is_nobody_to_object_to() -> None:
    objection = Objection("o", at(1.5), "bpjs:x", "V-1", "worker", "minister")
    answer = ObjectionAnswer("a", at(2), "bpjs:x", "V-2", "o", "dismissed", outcome="not_covered", reason="Tetap.")
    found = concluded(decision("reject"), objection, answer, state="CONCLUDED_NOT_COVERED")
    found = replace(found, entries=(decision("conclude", 0.5, outcome="work_accident"), objection, answer))
    text = said(LETTERS.letter(found, "conclusion", "id"))
    assert "tingkat terakhir" in text
    assert words_of("id")["objection"]["no_limit"] not in text


def test_an_office_that_has_laid_down_a_limit_names_its_last_day() -> None:
    letters = Letters(Office("BPJS", (), 30), formats, 100_000_000)
    letter = letters.letter(concluded(decision("conclude", outcome="work_accident")), "conclusion", "en")
    assert "Objections are taken until" in said(letter)


def test_benefits_are_told_line_by_line_and_what_is_uncertain_is_marked() -> None:
    unsure = {**LINE, "benefit": "DENTURES", "amount_rupiah": 500_000, "confidence": "uncertain"}
    letter = LETTERS.letter(approved(LINE, unsure), "benefit", "id")
    table = next(block for block in letter.blocks if isinstance(block, Table))
    assert [row[2][-1] == "*" for row in table.rows] == [False, True]
    assert table.rows[0][1] == LINE["formula"]
    assert table.total[1] == formats.rupiah(1_500_000, "id")
    assert words_of("id")["uncertain"] in said(letter)


def test_a_death_is_written_of_to_the_heirs() -> None:
    letter = LETTERS.letter(approved(LINE, outcome="death"), "benefit", "id")
    assert letter.to[0] == "Ahli waris Siti Aminah"


@pytest.mark.parametrize("kind", ["completion-request", "conclusion", "benefit"])
def test_every_letter_is_written_in_english_too(kind: str) -> None:
    found = asked() if kind == "completion-request" else approved(LINE)
    one, other = (LETTERS.letter(found, kind, language) for language in ("id", "en"))
    assert (one.number, one.at, len(one.blocks)) == (other.number, other.at, len(other.blocks))
    shared_words = {b.text for b in one.blocks if isinstance(b, Paragraph)} & {
        b.text for b in other.blocks if isinstance(b, Paragraph)
    }
    assert shared_words <= {"BPJS Ketenagakerjaan Cikokol", "Officer: Dewi"}


def test_words_with_braces_are_told_as_they_were_written() -> None:
    found = concluded(decision("reject", reason="{office} {0.__class__}"), state="REJECTED")
    assert "{office} {0.__class__}" in said(LETTERS.letter(found, "conclusion", "id"))
