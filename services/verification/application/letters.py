"""The letters that a claim gives reason for: asking for what is missing, telling the conclusion, telling the benefit.
Written from the claim's document and from what people decided, at the moment when they are issued
(docs/decisions/0133, 0140)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from services.verification.application.console_claim import ClaimFile
from services.verification.application.letter_blocks import (
    HOSPITAL,
    Draft,
    Told,
    benefit_blocks,
    completion_blocks,
    conclusion_blocks,
)
from services.verification.application.letter_paper import (
    Block,
    Facts,
    Formats,
    Language,
    Letter,
    Office,
    Paragraph,
    words_of,
)
from services.verification.domain import claim as states
from services.verification.domain.deadlines import DOCUMENT_REJECTED
from services.verification.domain.entries import Decision, ObjectionAnswer, entries_of
from services.verification.domain.evidence import Determination
from services.verification.domain.stance import CONCLUDE, REQUEST_COMPLETION, Stance, fold
from shared.identifiers import WIB, in_fours, zone_of
from shared.receipts.codes import Receipt
from shared.regulation.rule_sets import RULE_SETS

COMPLETION_REQUEST, CONCLUSION, BENEFIT = "completion-request", "conclusion", "benefit"
WORKER, EMPLOYER, DISNAKER = "worker", "employer", "disnaker"
# In the order in which a claim comes to them, with what stands for each in its number.
KINDS = {COMPLETION_REQUEST: "KLG", CONCLUSION: "KSP", BENEFIT: "MNF"}
_CONCLUDED = frozenset(
    {
        states.CONCLUDED_WORK_ACCIDENT, states.CONCLUDED_OCCUPATIONAL_DISEASE, states.CONCLUDED_NOT_COVERED,
        states.AWAITING_SECOND_APPROVAL, states.BENEFIT_APPROVED, states.PAID, states.REJECTED, states.CLOSED,
    }
)  # fmt: skip
_APPROVED = frozenset({states.BENEFIT_APPROVED, states.PAID, states.CLOSED})


@dataclass(frozen=True)
class Occasion:
    """Why a letter is written: its kind, what it tells of, whom it is addressed to (a code of `waiting_on`)."""

    kind: str
    told: Told
    to: str = WORKER


@dataclass(frozen=True)
class Issue:
    """Under which number and date one letter goes out, where anybody can check it, and the number and date of the one
    that it replaces."""

    number: str
    at: datetime
    check: Receipt
    replaces: tuple[str, datetime] | None = None


class Letters:
    """Letters of one office."""

    def __init__(self, office: Office, formats: Formats, four_eyes_rupiah: int) -> None:
        self._office = office
        self._formats = formats
        self._four_eyes_rupiah = four_eyes_rupiah

    def occasions(self, file: ClaimFile) -> list[Occasion]:
        """What the claim gives reason to write, as it stands; a test claim nothing, since a letter would look real."""
        if file.document["test"] or not any(isinstance(entry, Told) for entry in file.entries):
            return []
        return _occasions(file, fold(file.entries, self._four_eyes_rupiah))

    def copies(self, document: Mapping[str, Any], occasion: Occasion) -> tuple[str, ...]:
        """Who gets a copy: parties of the claim to whom it is not addressed, and who are told its matter."""
        hospitals = {each["org"] for each in document["evidence"] if each["org"].startswith(HOSPITAL)}
        has_employer = document["employer"] is not None and document["segment"] != "BPU"
        if occasion.kind == COMPLETION_REQUEST:
            found = [WORKER]
        else:
            found = [EMPLOYER] if has_employer else []
            found += [DISNAKER] if document["region_code"] and document["state"] != states.SUSPECTED else []
            found += sorted(hospitals) if occasion.kind == CONCLUSION else []
        return tuple(party for party in found if party != occasion.to)

    def written(self, file: ClaimFile, occasion: Occasion, issue: Issue, language: Language) -> Letter:
        """The letter, as the claim stands now."""
        document, words = file.document, words_of(language)
        zone = place_of(document)
        rules = next(rules for rules in RULE_SETS if rules.rule_set == document["rule_set"])
        until = None
        if self._office.objection_days is not None:
            until = self._formats.day(issue.at + timedelta(days=self._office.objection_days), language, zone=zone)
        draft = Draft(document, language, self._office, self._formats, zone, rules.clocks, until)
        blocks = _blocks(draft, occasion, fold(file.entries, self._four_eyes_rupiah))
        if issue.replaces is not None:
            number, at = issue.replaces
            told = words["replaces"].format(number=number, date=draft.day(at))
            blocks = [blocks[0], Paragraph(told, strong=True), *blocks[1:]]
        subject = words[occasion.kind]["subject"]
        dated = self._formats.day(issue.at, language, zone=zone)
        return Letter(
            language=language,
            number=issue.number,
            office=self._office,
            head=Facts(((words["number"], issue.number), (words["date"], dated), (words["subject"], subject))),
            to=draft.party(occasion.to),
            subject=subject,
            blocks=tuple(blocks),
            footer=(words["footer"].format(number=issue.number, version=document["version"]),),
            copies=draft.copies(self.copies(document, occasion)),
            code=in_fours(issue.check.code),
            address=issue.check.url,
        )


def _blocks(draft: Draft, occasion: Occasion, stance: Stance) -> list[Block]:
    if occasion.kind == COMPLETION_REQUEST:
        return completion_blocks(draft, occasion.told, occasion.to)
    if occasion.kind == CONCLUSION:
        return conclusion_blocks(draft, occasion.told, stance)
    return benefit_blocks(draft, occasion.told)


def _occasions(file: ClaimFile, stance: Stance) -> list[Occasion]:
    state = file.document["state"]
    found: list[Occasion] = []
    request = _open_request(file)
    if request is not None:
        found.append(Occasion(COMPLETION_REQUEST, request, _asked(file.document, request)))
    word = _word(file, stance) if state in _CONCLUDED else None
    if word is not None:
        found.append(Occasion(CONCLUSION, word))
    if state in _APPROVED and stance.approved is not None:
        found.append(Occasion(BENEFIT, stance.approved))
    return found


def _open_request(file: ClaimFile) -> Decision | None:
    """The last request for completion while nobody has answered it; its clock tells."""
    requests = [each for each in entries_of(Decision, file.entries) if each.kind == REQUEST_COMPLETION]
    waits = any(clock["clock"] == "INFO_FOLLOWUP" and clock["running"] for clock in file.document["clocks"])
    return requests[-1] if requests and waits and file.document["state"] not in states.SETTLED else None


def _word(file: ClaimFile, stance: Stance) -> Decision | Determination | ObjectionAnswer | None:
    """Who said what the conclusion is: a rejection, an authority whose word binds, or BPJS."""
    if stance.rejected is not None:
        return stance.rejected
    said = sorted(file.entries, key=lambda entry: (entry.at, entry.id))
    if stance.binding is not None:
        binding = [
            each
            for each in said
            if (isinstance(each, Determination) and each is stance.determination)
            or (isinstance(each, ObjectionAnswer) and each.outcome is not None)
        ]
        return binding[-1] if binding else None
    concluded = [each for each in entries_of(Decision, said) if each.kind == CONCLUDE]
    return concluded[-1] if concluded and stance.concluded_at is not None else stance.approved


def _asked(document: Mapping[str, Any], request: Any) -> str:
    """Who brings the paper that was found wanting, else whoever signed the report (Form 3 KK 1)."""
    code = (request.reason_code or "").removeprefix(DOCUMENT_REJECTED)
    named = next((item for item in document["checklist"] if item["document_code"] == code), None)
    if named is not None:
        return str(named["responsible"])
    return EMPLOYER if document["employer"] and document["segment"] != "BPU" else WORKER


def number_of(document: Mapping[str, Any], kind: str, at: datetime, taken: Collection[str]) -> str:
    """Claim, kind and day: no sequence, which would tell how many letters there are. Only the second of a day bears
    one; `taken` are the numbers that the claim's letters have."""
    first = f"{document['case_number']}/{KINDS[kind]}/{at.astimezone(place_of(document)).date().isoformat()}"
    numbers = (first if place == 1 else f"{first}/{place}" for place in count(1))
    return next(number for number in numbers if number not in taken)


def place_of(document: Mapping[str, Any]) -> ZoneInfo:
    """The zone in which a claim's letters are dated."""
    return zone_of(document["region_code"]) if document["region_code"] else WIB
