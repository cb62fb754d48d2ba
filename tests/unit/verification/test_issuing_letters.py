"""When letters are issued, and what takes the place of what."""

import asyncio
from dataclasses import replace
from hashlib import sha256

import orjson
import pytest

from services.verification.adapters.letter_press import LetterPress
from services.verification.application.console_claim import ClaimFile
from services.verification.application.issue_letters import (
    IssuedLetter,
    copy_for,
    found_among,
    letters_document,
    read_letter,
)
from shared.errors import Conflict, NotFound
from tests.support.evidence_makers import at
from tests.support.letter_cases import (
    LINE,
    PAPER,
    InMemoryLetters,
    approved,
    asked,
    claim,
    clerk_of,
    concluded,
    decision,
    file,
    letter_check,
)  # fmt: skip

CASE = "JKK-2026-7K3M9Q2XTA5"


class Book(InMemoryLetters):
    """Letters in memory."""

    def issue(self, found: ClaimFile, day: float = 3) -> list[IssuedLetter]:
        """What is issued of the claim as it stands; answers all letters."""
        asyncio.run(clerk_of(self).issue(found, [CASE], at(day)))
        return self.letters


@pytest.fixture
def book() -> Book:
    return Book()


def test_an_undecided_claim_costs_no_look_into_the_book(book: Book) -> None:
    assert book.issue(file(claim("REPORTED"))) == []
    assert book.looks == 0


def test_what_decides_nothing_issues_nothing_again(book: Book) -> None:
    found = asked()
    (letter,) = book.issue(found)
    brought = replace(found, document={**found.document, "version": 8, "checklist": [{**PAPER, "state": "provided"}]})
    assert book.issue(brought, 4) == [letter]
    assert letter.claim_version == 7


def test_an_approval_issues_the_benefit_beside_the_conclusion(book: Book) -> None:
    letters = book.issue(approved(LINE))
    assert [letter.kind for letter in letters] == ["conclusion", "benefit"]
    assert [letter.replaces for letter in letters] == [None, None]


def test_another_word_takes_the_place_of_the_one_before_and_names_it(book: Book) -> None:
    first, second = (
        decision("conclude", day, outcome=outcome) for day, outcome in ((1, "work_accident"), (2, "not_covered"))
    )
    book.issue(concluded(first))
    one, other = book.issue(concluded(first, second, state="CONCLUDED_NOT_COVERED"), 5)
    assert (other.replaces, book.replaced) == (one.id, [one.id])
    assert one.number in read_letter(book.contents[other.id], "", "id")["blocks"][1]["text"]
    newest, oldest = letters_document(book.letters, letter_check)
    assert (newest["replaces"], oldest["replaced_by"]) == (one.number, other.number)
    assert (newest["replaced_by"], oldest["replaces"]) == (None, None)


def test_a_request_to_somebody_else_takes_the_place_of_none(book: Book) -> None:
    book.issue(asked())
    found = asked(evidence=[{"org": "hospital:100000401"}])
    paper = {**PAPER, "document_code": "DOC", "responsible": "hospital", "state": "rejected"}
    again = decision("request_completion", 2, reason_code="document-rejected:DOC")
    found = replace(found, document={**found.document, "checklist": [paper]}, entries=(*found.entries, again))
    one, other = book.issue(found)
    assert (one.to, other.to, other.replaces) == ("employer", "hospital", None)
    assert other.number == f"{one.number}/2"


def test_an_officer_may_issue_a_letter_again_as_the_claim_stands(book: Book) -> None:
    found = concluded(decision("conclude", outcome="work_accident"))
    (first,) = book.issue(found)
    renamed = replace(found, document={**found.document, "worker": {"name": "Siti Aminah Putri", "nik_masked": None}})
    clerk = clerk_of(book)
    clerk.ask_again(CASE, "conclusion")
    asyncio.run(clerk.issue(renamed, [CASE], at(6)))
    (again,) = clerk.issued
    assert (again.replaces, again.replaces_number) == (first.id, first.number)
    assert read_letter(book.contents[again.id], "", "en")["to"] == ["Siti Aminah Putri"]
    assert book.issue(renamed, 7) == [first, again]
    clerk.ask_again(CASE, "benefit")
    with pytest.raises(Conflict):
        asyncio.run(clerk.issue(renamed, [CASE], at(6)))


def test_what_is_kept_is_what_its_digest_says(book: Book) -> None:
    (letter,) = book.issue(asked())
    content = book.contents[letter.id]
    assert letter.sha256 == sha256(content).hexdigest()
    assert sorted(orjson.loads(content)) == ["en", "id", "salt"]


def test_nobody_finds_what_a_copy_leaves_out_by_trying_until_the_public_digest_fits(book: Book) -> None:
    found = asked()
    one, other = book.issue(found) + Book().issue(found)
    told = [orjson.loads(content) for content in book.contents.values()]
    assert one.sha256 != other.sha256
    shown, press = read_letter(book.contents[one.id], "", "id"), LetterPress()
    assert asyncio.run(press.pdf(shown, at(3))) != asyncio.run(press.pdf(shown, at(3)))
    assert all("salt" not in shown for shown in (told[0]["id"], told[0]["en"]))


def test_a_letter_is_found_by_its_id_or_as_the_last_of_its_kind(book: Book) -> None:
    first, second = (decision("conclude", day, outcome="work_accident") for day in (1, 2))
    book.issue(concluded(first))
    one, other = book.issue(concluded(first, second))
    assert found_among(book.letters, one.id) == one
    assert found_among(book.letters, "conclusion") == other
    with pytest.raises(Conflict):
        found_among(book.letters, "benefit")
    with pytest.raises(NotFound):
        found_among(book.letters, "love")


def test_only_who_gets_a_copy_reads_one(book: Book) -> None:
    (letter,) = book.issue(concluded(decision("conclude", outcome="work_accident")))
    assert (copy_for(letter, "employer"), copy_for(letter, "worker"), copy_for(letter, "")) == ("employer", "", "")
    with pytest.raises(NotFound):
        copy_for(letter, "hospital:1")
