"""The letters that can be written of a claim as it stands: asking for what is missing, telling the conclusion, telling
the benefit. Made from the claim's document and from what people decided; nothing is kept (docs/decisions/0133)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.verification.application.console_claim import ClaimFile
from services.verification.application.letter_blocks import (
    Draft,
    benefit_blocks,
    completion_blocks,
    conclusion_blocks,
)
from services.verification.application.letter_paper import Facts, Formats, Language, Letter, Office, words_of
from services.verification.domain import claim as states
from services.verification.domain.deadlines import DOCUMENT_REJECTED
from services.verification.domain.entries import Decision, ObjectionAnswer, entries_of
from services.verification.domain.evidence import Determination
from services.verification.domain.stance import CONCLUDE, REQUEST_COMPLETION, Stance, fold
from shared.errors import Conflict, NotFound
from shared.identifiers import WIB, zone_of
from shared.regulation.codes import title_of
from shared.regulation.rule_sets import RULE_SETS

COMPLETION_REQUEST, CONCLUSION, BENEFIT = "completion-request", "conclusion", "benefit"
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
    """Why a letter can be written: its kind, what it tells of, and when that was."""

    kind: str
    told: Decision | Determination | ObjectionAnswer

    @property
    def at(self) -> datetime:
        return self.told.at


def known(kind: str) -> str:
    """The kind itself. Raises NotFound when letters are of no such kind."""
    if kind not in KINDS:
        raise NotFound("letter.unknown-kind", f"Letters are of these kinds: {', '.join(KINDS)}.")
    return kind


class Letters:
    """Letters of one office."""

    def __init__(self, office: Office, formats: Formats, four_eyes_rupiah: int) -> None:
        self._office = office
        self._formats = formats
        self._four_eyes_rupiah = four_eyes_rupiah

    def listed(self, file: ClaimFile) -> list[dict[str, Any]]:
        """Those that can be written now, as the API lists them."""
        stance = fold(file.entries, self._four_eyes_rupiah)
        return [
            {
                "kind": occasion.kind,
                "title": _title("letter_kinds", occasion.kind),
                "number": _number(file.document, occasion),
                "dated_at": _at(file.document, occasion).isoformat(timespec="seconds"),
            }
            for occasion in _occasions(file, stance)
        ]

    def letter(self, file: ClaimFile, kind: str, language: Language) -> Letter:
        """Raises Conflict when there is nothing to write of that kind."""
        stance = fold(file.entries, self._four_eyes_rupiah)
        occasion = next((each for each in _occasions(file, stance) if each.kind == kind), None)
        if occasion is None:
            raise Conflict("letter.nothing-to-write", "As this claim stands there is no letter of this kind to write.")
        return self._written(file, stance, occasion, language)

    def _written(self, file: ClaimFile, stance: Stance, occasion: Occasion, language: Language) -> Letter:
        document, words = file.document, words_of(language)
        number, at = _number(document, occasion), _at(document, occasion)
        rules = next(rules for rules in RULE_SETS if rules.rule_set == document["rule_set"])
        until = None
        if self._office.objection_days is not None:
            until = self._formats.day(at + timedelta(days=self._office.objection_days), language, zone=_zone(document))
        draft = Draft(document, language, self._office, self._formats, _zone(document), rules.clocks, until)
        if occasion.kind == COMPLETION_REQUEST:
            asked = _asked(document, occasion.told)
            to, blocks = draft.party(asked), completion_blocks(draft, occasion.told, asked)
        elif occasion.kind == CONCLUSION:
            to, blocks = draft.party("worker"), conclusion_blocks(draft, occasion.told, stance)
        else:
            to, blocks = draft.party("worker"), benefit_blocks(draft, occasion.told)
        subject = words[occasion.kind]["subject"]
        dated = self._formats.moment(at, language, zone=_zone(document))
        head = Facts(((words["number"], number), (words["date"], dated), (words["subject"], subject)))
        footer = (words["footer"].format(number=number, version=document["version"]),)
        return Letter(occasion.kind, language, number, at, self._office, head, to, subject, tuple(blocks), footer)


def _occasions(file: ClaimFile, stance: Stance) -> list[Occasion]:
    state = file.document["state"]
    found: list[Occasion] = []
    request = _open_request(file)
    if request is not None:
        found.append(Occasion(COMPLETION_REQUEST, request))
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
    return "employer" if document["employer"] and document["segment"] != "BPU" else "worker"


def _number(document: Mapping[str, Any], occasion: Occasion) -> str:
    """Claim, kind and day: no sequence, which would tell how many there are."""
    return f"{document['case_number']}/{KINDS[occasion.kind]}/{_at(document, occasion).date().isoformat()}"


def _at(document: Mapping[str, Any], occasion: Occasion) -> datetime:
    return occasion.at.astimezone(_zone(document))


def _zone(document: Mapping[str, Any]) -> ZoneInfo:
    return zone_of(document["region_code"]) if document["region_code"] else WIB


def _title(list_name: str, code: str) -> dict[str, str]:
    title = title_of(list_name, code)
    return {"id": title.title_id, "en": title.title_en}
