"""What the letters of a claim say."""

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from services.verification.application.console_claim import ClaimFile
from services.verification.application.letter_paper import (
    Facts,
    Items,
    Language,
    Letter,
    Office,
    Paragraph,
    Table,
    read_by,
    words_of,
)
from services.verification.application.letters import Issue, Letters, number_of
from services.verification.domain.entries import Objection, ObjectionAnswer
from services.verification.domain.evidence import Determination
from shared.receipts.codes import Receipt
from shared.web.pages import formats
from tests.support.evidence_makers import at
from tests.support.letter_cases import LETTERS, LINE, PAPER, approved, asked, claim, concluded, decision, file


def said(letter: Letter) -> str:
    """All of its text."""
    return "\n".join(str(text) for text in (letter.to, letter.head.rows, *letter.blocks, letter.footer))


def kinds(found: ClaimFile) -> list[str]:
    return [occasion.kind for occasion in LETTERS.occasions(found)]


def letter_of(found: ClaimFile, kind: str, language: Language, by: Letters = LETTERS, **more: Any) -> Letter:
    """The letter of this kind, issued on the third day."""
    occasion = next(each for each in by.occasions(found) if each.kind == kind)
    number = number_of(found.document, kind, at(3), ())
    issue = Issue(number, at(3), Receipt("V0123456789ABCDE", "https://example.go.id/receipt/V012"), **more)
    return by.written(found, occasion, issue, language)


def test_a_claim_has_the_letters_that_it_gives_reason_for() -> None:
    assert kinds(file(claim("REPORTED"))) == []
    assert kinds(asked()) == ["completion-request"]
    assert kinds(concluded(decision("conclude", outcome="work_accident"))) == ["conclusion"]
    assert kinds(approved(LINE)) == ["conclusion", "benefit"]
    withdrawn = replace(asked(), document={**asked().document, "state": "WITHDRAWN"})
    assert kinds(withdrawn) == []


def test_a_first_of_two_approvals_is_no_benefit_to_tell() -> None:
    first = decision("approve_benefit", amount_rupiah=200_000_000)
    assert "benefit" not in kinds(concluded(first, state="AWAITING_SECOND_APPROVAL"))


def test_a_letter_bears_number_and_date_of_the_place_and_names_the_claims_version() -> None:
    letter = letter_of(concluded(decision("conclude", outcome="work_accident")), "conclusion", "id")
    assert letter.number == f"JKK-2026-7K3M9Q2XTA5/KSP/{at(3).astimezone(ZoneInfo('Asia/Makassar')).date().isoformat()}"
    assert dict(letter.head.rows)["Tanggal"] == formats.day(at(3), "id", zone=ZoneInfo("Asia/Makassar"))
    assert "versi 7" in letter.footer[0]


def test_who_is_asked_is_told_what_they_lack_why_and_until_when() -> None:
    letter = letter_of(asked(), "completion-request", "id")
    assert letter.to == ("PT Contoh Baja", "NPP JJ012345")
    text = said(letter)
    for words in ("KTP (ID)", "Foto KTP kabur.", "27 Nov 2026 23.59 WITA", "Pasal 19(3)", "Petugas: Dewi"):
        assert words in text


def test_a_letter_names_no_paper_that_another_party_owes() -> None:
    visum = {**PAPER, "document_code": "VISUM", "title": {"id": "Visum", "en": "Visum"}, "responsible": "hospital"}
    found = asked()
    found = replace(found, document={**found.document, "checklist": [PAPER, visum]})
    items = [block for block in letter_of(found, "completion-request", "id").blocks if isinstance(block, Items)]
    assert [row[0] for block in items for row in block.rows] == ["KTP (ID)"]


def test_a_paper_found_wanting_is_asked_of_who_brings_it() -> None:
    paper = {**PAPER, "document_code": "DOC", "responsible": "hospital", "state": "rejected"}
    found = asked(evidence=[{"org": "hospital:100000401"}])
    request = decision("request_completion", reason_code="document-rejected:DOC")
    found = replace(found, document={**found.document, "checklist": [paper]}, entries=(request,))
    assert letter_of(found, "completion-request", "id").to == ("Fasilitas kesehatan 100000401",)


def test_a_conclusion_tells_reason_article_and_the_way_to_object() -> None:
    rejection = decision("reject", reason="Kunjungan pribadi.", legal_basis="PP 44/2015 art. 1")
    letter = letter_of(concluded(rejection, state="REJECTED"), "conclusion", "id")
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
    text = said(letter_of(found, "conclusion", "id"))
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
    text = said(letter_of(found, "conclusion", "id"))
    assert "tingkat terakhir" in text
    assert words_of("id")["objection"]["no_limit"] not in text


def test_an_office_that_has_laid_down_a_limit_names_its_last_day() -> None:
    letters = Letters(Office("BPJS", (), 30), formats, 100_000_000)
    letter = letter_of(concluded(decision("conclude", outcome="work_accident")), "conclusion", "en", letters)
    assert "Objections are taken until" in said(letter)


def test_benefits_are_told_line_by_line_and_what_is_uncertain_is_marked() -> None:
    unsure = {**LINE, "benefit": "DENTURES", "amount_rupiah": 500_000, "confidence": "uncertain"}
    letter = letter_of(approved(LINE, unsure), "benefit", "id")
    table = next(block for block in letter.blocks if isinstance(block, Table))
    assert [row[2][-1] == "*" for row in table.rows] == [False, True]
    assert table.rows[0][1] == LINE["formula"]
    assert table.total[1] == formats.rupiah(1_500_000, "id")
    assert words_of("id")["uncertain"] in said(letter)


def test_an_officers_own_star_makes_nothing_uncertain() -> None:
    request = decision("request_completion", reason="Kuitansi 3 * 100.000 kabur.")
    found = replace(asked(), entries=(request,))
    text = said(letter_of(found, "completion-request", "id"))
    assert "3 * 100.000" in text
    assert words_of("id")["uncertain"] not in text


def test_a_copy_without_amounts_explains_no_mark() -> None:
    unsure = {**LINE, "confidence": "uncertain"}
    kept = letter_of(approved(unsure), "benefit", "id").kept()
    own, copy = (str(read_by(kept, party)["blocks"]) for party in ("", "employer"))
    assert (words_of("id")["uncertain"] in own, words_of("id")["uncertain"] in copy) == (True, False)
    assert "*" not in copy


def test_a_sum_without_lines_is_told_without_a_table() -> None:
    letter = letter_of(approved(), "benefit", "id")
    assert not [block for block in letter.blocks if isinstance(block, Table)]
    assert (
        Facts(((words_of("id")["benefit"]["total"], formats.rupiah(0, "id")),), audience="addressee") in letter.blocks
    )


def test_a_death_is_written_of_to_the_heirs() -> None:
    letter = letter_of(approved(LINE, outcome="death"), "benefit", "id")
    assert letter.to[0] == "Ahli waris Siti Aminah"


@pytest.mark.parametrize("kind", ["completion-request", "conclusion", "benefit"])
def test_every_letter_is_written_in_english_too(kind: str) -> None:
    found = asked() if kind == "completion-request" else approved(LINE)
    one, other = (letter_of(found, kind, language) for language in ("id", "en"))
    assert (one.number, len(one.blocks)) == (other.number, len(other.blocks))
    shared_words = {b.text for b in one.blocks if isinstance(b, Paragraph)} & {
        b.text for b in other.blocks if isinstance(b, Paragraph)
    }
    assert shared_words <= {"BPJS Ketenagakerjaan Cikokol", "Officer: Dewi"}


def test_words_with_braces_are_told_as_they_were_written() -> None:
    found = concluded(decision("reject", reason="{office} {0.__class__}"), state="REJECTED")
    assert "{office} {0.__class__}" in said(letter_of(found, "conclusion", "id"))


def test_a_letter_that_takes_the_place_of_another_names_it() -> None:
    found = concluded(decision("conclude", outcome="work_accident"))
    assert "menggantikan" not in said(letter_of(found, "conclusion", "id"))
    again = letter_of(found, "conclusion", "id", replaces=("JKK-1/KSP/2026-11-16", at(1)))
    assert "menggantikan surat nomor JKK-1/KSP/2026-11-16" in said(again)


def test_only_the_second_letter_of_a_day_bears_a_count() -> None:
    document = claim("REJECTED")
    first = number_of(document, "conclusion", at(3), ())
    assert number_of(document, "conclusion", at(3), {first}) == f"{first}/2"
    assert number_of(document, "conclusion", at(3), {first, f"{first}/2"}) == f"{first}/3"
    assert number_of(document, "benefit", at(3), {first}) == first.replace("KSP", "MNF")


def text(kept: dict[str, Any], party: str) -> str:
    """All that one party reads."""
    return orjson.dumps(read_by(kept, party)).decode()


def parties(letter: Letter) -> list[str]:
    return [copy.party for copy in letter.copies]


def test_copies_go_to_whoever_has_to_do_with_the_claim_and_is_told_its_matter() -> None:
    treated: dict[str, Any] = {"evidence": [{"org": "hospital:100000401"}, {"org": "employer:JJ012345"}]}
    word = decision("conclude", outcome="work_accident")
    assert parties(letter_of(concluded(word, **treated), "conclusion", "id")) == [
        "employer", "disnaker", "hospital:100000401",
    ]  # fmt: skip
    assert parties(letter_of(approved(LINE, **treated), "benefit", "id")) == ["employer", "disnaker"]
    assert parties(letter_of(asked(**treated), "completion-request", "id")) == ["worker"]
    informal = concluded(word, segment="BPU", employer=None, region_code=None)
    assert parties(letter_of(informal, "conclusion", "id")) == []


def test_each_party_is_named_on_the_letter_as_people_know_it() -> None:
    found = concluded(decision("conclude", outcome="work_accident"), evidence=[{"org": "hospital:100000401"}])
    assert [copy.name for copy in letter_of(found, "conclusion", "id").copies] == [
        "PT Contoh Baja",
        "Dinas yang membidangi ketenagakerjaan Provinsi Sulawesi Tenggara",
        "Fasilitas kesehatan 100000401",
    ]


@pytest.mark.parametrize("party", ["employer", "disnaker"])
def test_a_copy_of_the_benefit_tells_that_it_was_approved_and_no_amount(party: str) -> None:
    heirs = {"benefit": "DEATH", "title": {"id": "Ahli waris", "en": "Heirs"}, "relations": ["spouse"],
             "guardian_required": False, "legal_basis": "PP 44/2015 art. 1"}  # fmt: skip
    found = approved(LINE)
    found.document["benefit"]["recipients"].append(heirs)
    kept = letter_of(found, "benefit", "id").kept()
    whole, copy = text(kept, ""), text(kept, party)
    for words in (str(LINE["formula"]), formats.rupiah(1_000_000, "id"), "Ahli waris", "Penerima"):
        assert words in whole
        assert words not in copy
    assert "telah disetujui" in copy
    assert ["Tembusan", "PT Contoh Baja"] in read_by(kept, "employer")["head"]


def test_copies_leave_out_what_an_officer_wrote_in_words() -> None:
    found = concluded(decision("reject", reason="Pasien mabuk."), state="REJECTED")
    kept = letter_of(found, "conclusion", "id").kept()
    assert "Pasien mabuk." in text(kept, "")
    assert "Pasien mabuk." not in text(kept, "employer")
    assert "DITOLAK" in text(kept, "disnaker")
    kept = letter_of(asked(), "completion-request", "id").kept()
    assert "Foto KTP kabur." not in text(kept, "worker")
    assert "KTP (ID)" in text(kept, "worker")
