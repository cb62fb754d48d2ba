"""What each kind of letter says, block by block."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from services.verification.application.letter_paper import (
    MARK,
    Audience,
    Block,
    Copy,
    Facts,
    Formats,
    Heading,
    Items,
    Language,
    Office,
    Paragraph,
    Table,
    words_of,
)
from services.verification.domain.entries import Decision, ObjectionAnswer
from services.verification.domain.evidence import Determination
from services.verification.domain.stance import Stance
from shared.regulation.codes import title_of
from shared.regulation.rule_sets import ClockRule

_LACKING = ("missing", "rejected")
HOSPITAL = "hospital:"
_ARTICLE = re.compile(r"\barts?\. ")
Told = Decision | Determination | ObjectionAnswer


@dataclass(frozen=True)
class Draft:
    """What every block is made from. `until` is the last day for objections, None where no office has laid one down."""

    document: Mapping[str, Any]
    language: Language
    office: Office
    formats: Formats
    zone: ZoneInfo
    clocks: Mapping[str, ClockRule]
    until: str | None = None
    # What was marked as uncertain, for the letter to explain the mark.
    uncertain: list[str] = field(default_factory=list)

    @property
    def words(self) -> Mapping[str, Any]:
        return words_of(self.language)

    def moment(self, at: Any) -> str:
        return self.formats.moment(at, self.language, zone=self.zone)

    def day(self, on: Any) -> str:
        return self.formats.day(on, self.language, zone=self.zone)

    def rupiah(self, amount: int) -> str:
        return self.formats.rupiah(amount, self.language)

    def titled(self, list_name: str, code: str) -> str:
        return title_of(list_name, code).in_language(self.language)

    def article(self, legal_basis: str) -> str:
        """An article as the language cites it: the rule files write `art. 49`."""
        return _ARTICLE.sub("Pasal ", legal_basis) if self.language == "id" else legal_basis

    def marked(self, text: str, confidence: str) -> str:
        """With the mark unless it is certain."""
        told = self.article(text)
        if confidence == "certain":
            return told
        self.uncertain.append(told)
        return f"{told}{MARK}"

    def copies(self, parties: Iterable[str]) -> tuple[Copy, ...]:
        """Who gets a copy, by name."""
        return tuple(Copy(party, self.party(party)[0]) for party in parties)

    def party(self, code: str) -> tuple[str, ...]:
        """To whom it goes, with no more of them than the claim shows."""
        document, words = self.document, self.words
        if code == "disnaker" and document["region_code"]:
            return (words["labour_office"].format(province=self.titled("provinces", document["region_code"][:2])),)
        if code.startswith(HOSPITAL):
            return (words["hospital"].format(code=code.removeprefix(HOSPITAL)),)
        if code == "employer" and document["employer"]:
            employer = document["employer"]
            number = words["npp"].format(number=employer["registration_number"])
            return (employer["name"] or self.titled("waiting_on", code), number)
        if code == "hospital":
            orgs = [each["org"] for each in document["evidence"] if each["org"].startswith(HOSPITAL)]
            return (words["hospital"].format(code=orgs[-1].removeprefix(HOSPITAL) if orgs else "").strip(),)
        if code != "worker":
            return (self.titled("waiting_on", code),)
        worker = document["worker"]
        name = worker["name"] or words["worker_unnamed"]
        if document["outcome"] == "death":
            name = words["heirs_of"].format(name=name)
        return (name, words["nik"].format(nik=worker["nik_masked"])) if worker["nik_masked"] else (name,)


def completion_blocks(draft: Draft, request: Any, asked: str) -> list[Block]:
    """What is missing from whom it is addressed to, and until when. What others owe is told to the others."""
    words = draft.words["completion-request"]
    blocks: list[Block] = [*_opening(draft, words["opening"])]
    lacking = [
        item
        for item in draft.document["checklist"]
        if item["required"] and item["state"] in _LACKING and item["responsible"] == asked
    ]
    if lacking:
        blocks += [Heading(words["papers"]), Items(tuple(_paper(draft, item) for item in lacking))]
    else:
        blocks.append(Paragraph(words["progress"]))
    if request.reason:
        blocks += _only("addressee", Paragraph(words["reason"].format(reason=request.reason)))
    clock = _clock(draft, "INFO_FOLLOWUP")
    if clock is not None and clock["due_at"]:
        basis = draft.marked(clock["legal_basis"], clock["confidence"])
        blocks.append(Paragraph(words["until"].format(due=draft.moment(clock["due_at"]), basis=basis), strong=True))
    blocks += _only("addressee", Paragraph(words["how"]))
    return _ended(draft, blocks, request)


def conclusion_blocks(draft: Draft, told: Told, stance: Stance) -> list[Block]:
    """What was concluded, by whom, why, and how to object; the officer's own words are left out of copies."""
    words = draft.words["conclusion"]
    rejected = told is stance.rejected
    verdict = words["rejected"] if rejected else words[stance.conclusion or "work_accident"]
    blocks: list[Block] = [*_opening(draft, words["opening"]), Paragraph(verdict, strong=True)]
    blocks.append(Paragraph(_by_whom(draft, told)))
    if isinstance(told, Determination | ObjectionAnswer) and told.letter_number:
        blocks.append(Paragraph(words["letter_number"].format(number=told.letter_number)))
    basis = None
    if not isinstance(told, Determination):
        basis = told.legal_basis
        blocks += _only("addressee", Heading(words["reasons"]), Paragraph(told.reason or words["no_reason"]))
        blocks += _only("copies", Paragraph(words["not_in_copies"]))
    note = draft.document["hand_over_note"]
    if note is not None:
        text = words["handed_over"].format(
            to=note["title"][draft.language],
            reason=note["reason_title"][draft.language],
            basis=draft.article(note["legal_basis"]),
        )
        blocks.append(Paragraph(text))
    if basis:
        blocks += [Heading(draft.words["articles"]), Paragraph(draft.article(basis))]
    return _ended(draft, [*blocks, *_objecting(draft, told)], told)


def benefit_blocks(draft: Draft, approved: Any) -> list[Block]:
    """Line by line with formula and article, who receives it, when it is paid, and how to object; copies tell only that
    it was approved."""
    document, words = draft.document, draft.words["benefit"]
    benefit = document["benefit"]
    opening = words["opening"].format(at=draft.moment(approved.at))
    head = (words["benefit"], words["formula"], words["basis"], words["amount"])
    rows = tuple(_line(draft, line) for line in benefit["lines"])
    total = (words["total"], draft.rupiah(benefit["total_rupiah"]))
    # An officer may approve a sum of which no line is known.
    told: list[Block] = [Heading(words["lines"]), Table(head, rows, total)] if rows else [Facts((total,))]
    if benefit["remarks"]:
        remarks = tuple((each["title"][draft.language], "") for each in benefit["remarks"])
        told += [Heading(words["remarks"]), Items(tuple(dict.fromkeys(remarks)))]
    if benefit["recipients"]:
        told += [Heading(words["recipients"]), Items(tuple(_recipient(draft, each) for each in benefit["recipients"]))]
    told += _payment(draft, words)
    # Amounts, formulas and heirs are nobody else's matter; a formula tells how badly somebody was hurt.
    private = _only("addressee", *told, *_objecting(draft, approved))
    copies = _only("copies", Paragraph(words["not_in_copies"]))
    return _ended(draft, [*_opening(draft, opening), *private, *copies], approved, marks_for="addressee")


def _only(audience: Audience, *blocks: Block) -> list[Block]:
    return [replace(block, audience=audience) for block in blocks]


def _opening(draft: Draft, text: str) -> Iterator[Block]:
    document, words = draft.document, draft.words
    yield Paragraph(words["greeting"])
    yield Paragraph(text)
    day_only = document["occurred_at_precision"] == "day"
    event = draft.day(document["occurred_at"]) if day_only else draft.moment(document["occurred_at"])
    if document["region_code"]:
        event = f"{event}, {draft.titled('provinces', document['region_code'][:2])}"
    worker, employer = document["worker"], document["employer"]
    named = [worker["name"] or "-", *([words["nik"].format(nik=worker["nik_masked"])] if worker["nik_masked"] else [])]
    rows = [(words["case"], document["case_number"]), (words["worker"], ", ".join(named))]
    if employer:
        rows.append((words["employer"], employer["name"] or employer["registration_number"]))
    rows += [(words["event"], event), (words["kind"], draft.titled("kinds", document["kind"]))]
    rows.append((words["rule_set"], document["rule_set"]))
    yield Facts(tuple(rows))


def _paper(draft: Draft, item: Mapping[str, Any]) -> tuple[str, str]:
    words = draft.words["completion-request"]
    basis = draft.marked(item["legal_basis"], item["confidence"])
    return (f"{item['title'][draft.language]} ({item['document_code']})", f"{words[item['state']]} · {basis}")


def _by_whom(draft: Draft, told: Told) -> str:
    words = draft.words["conclusion"]
    if isinstance(told, Determination):
        return str(words["by_disnaker"].format(on=draft.day(told.decided_on)))
    by = "by_minister" if isinstance(told, ObjectionAnswer) else "by_bpjs"
    return str(words[by].format(office=draft.office.name, at=draft.moment(told.at)))


def _line(draft: Draft, line: Mapping[str, Any]) -> tuple[str, ...]:
    sure = line["confidence"]
    title, basis = draft.titled("benefits", line["benefit"]), draft.marked(line["legal_basis"], sure)
    return (title, line["formula"], basis, draft.marked(draft.rupiah(line["amount_rupiah"]), sure))


def _recipient(draft: Draft, each: Mapping[str, Any]) -> tuple[str, str]:
    relations = ", ".join(draft.titled("heir_relations", relation) for relation in each["relations"])
    guardian = draft.words["benefit"]["guardian"] if each["guardian_required"] else ""
    told = "; ".join(part for part in (relations, guardian, draft.article(each["legal_basis"])) if part)
    return (f"{draft.titled('benefits', each['benefit'])}: {each['title'][draft.language]}", told)


def _payment(draft: Draft, words: Mapping[str, Any]) -> list[Block]:
    found: list[Block] = []
    clock, remaining = _clock(draft, "PAYOUT"), draft.document["remaining_rupiah"]
    if clock is not None and clock["due_at"] and clock["running"]:
        basis = draft.marked(clock["legal_basis"], clock["confidence"])
        found.append(Paragraph(words["payment"].format(due=draft.moment(clock["due_at"]), basis=basis)))
    if draft.document["payments"] and remaining is not None:
        paid = draft.rupiah(sum(each["amount_rupiah"] for each in draft.document["payments"]))
        found.append(Paragraph(words["paid"].format(paid=paid, remaining=draft.rupiah(remaining))))
    return found


def _objecting(draft: Draft, told: Told) -> list[Block]:
    """To whom the next step of the path leads, and until when; the minister is the last."""
    words = draft.words["objection"]
    # Whose word it is, and whose clock runs once it is objected to.
    by, clock = ("bpjs", "OBJECTION_BPJS")
    if not isinstance(told, Decision):
        by, clock = ("disnaker" if isinstance(told, Determination) else "minister", "OBJECTION_MINISTER")
    rule = draft.clocks[clock]
    basis = draft.marked(rule.legal_basis, rule.confidence)
    text = words[by].format(office=draft.office.name, days=rule.working_days, basis=basis)
    if by == "minister":
        return [Heading(draft.words["objecting"]), Paragraph(text)]
    until = words["until"].format(due=draft.until) if draft.until else words["no_limit"]
    found: list[Block] = [Heading(draft.words["objecting"]), Paragraph(text), Paragraph(until)]
    if any(each["state"] == "open" for each in draft.document["objections"]):
        found.append(Paragraph(words["under_way"]))
    return found


def _ended(draft: Draft, blocks: list[Block], told: Told, marks_for: Audience = "all") -> list[Block]:
    """Whose letter it is, what the mark means if it stands anywhere (`marks_for` is who reads what bears it), and how
    the letter was made."""
    words = draft.words
    ended: list[Block] = [*blocks, Paragraph(draft.office.name, strong=True)]
    if isinstance(told, Decision) and told.officer_name:
        ended.append(Paragraph(words["officer"].format(name=told.officer_name)))
    if draft.uncertain:
        ended += _only(marks_for, Paragraph(words["uncertain"], small=True))
    return [*ended, Paragraph(words["made"], small=True)]


def _clock(draft: Draft, name: str) -> Mapping[str, Any] | None:
    return next((clock for clock in draft.document["clocks"] if clock["clock"] == name), None)
