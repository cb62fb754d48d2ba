"""A claim as the console shows it: what each source says beside the others, who did what, what may be decided now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from services.verification.application.console_queue import short_name
from services.verification.domain.entries import Decision, Entry, Note, entries_of
from services.verification.domain.evidence import Determination, Evidence
from services.verification.domain.stance import APPROVE, CONCLUDE, REFER, REJECT, REOPEN, REQUEST_COMPLETION
from services.verification.domain.state_machine import may
from services.verification.domain.treatment_told import rows_of
from shared.identifiers import WIB, mask_nik, zone_of
from shared.regulation.codes import Code

# In the order in which a verifier comes to them.
_DECISIONS = (REQUEST_COMPLETION, CONCLUDE, REFER, APPROVE, REJECT, REOPEN)
# A value and how it is written: `text`, `moment`, `day`, `rupiah`, `percent`, or the name of a coded list.
Cell = tuple[str, Any]
_SIDES = {"left": {"id": "Kiri", "en": "Left"}, "right": {"id": "Kanan", "en": "Right"}}
# What names a person is shown once somebody asked for it.
_PERSONAL = frozenset({"worker_name", "birth_date", "nik"})


@dataclass(frozen=True)
class Paper:
    """One version of a paper that was brought with a report."""

    report_id: str
    code: str
    version: int
    media_type: str
    size_bytes: int
    received_at: datetime | None


@dataclass(frozen=True)
class PaperBytes:
    """What a paper holds."""

    content: bytes
    media_type: str


class Papers(Protocol):
    """Where papers lie."""

    async def paper(self, report_id: str, code: str, version: int) -> PaperBytes:
        """Raises NotFound and Unavailable."""


@dataclass(frozen=True)
class ClaimFile:
    """The public claim, the survivor's number when it was merged, its evidence, what people added, and the papers
    brought with its reports."""

    document: Mapping[str, Any]
    merged_into: str | None
    evidence: tuple[Evidence, ...]
    entries: tuple[Entry, ...]
    papers: tuple[Paper, ...] = ()
    # When the tracking code was given out that leads the worker here now, None without one.
    code_given_at: datetime | None = None

    def paper(self, report_id: str, code: str, version: int) -> Paper | None:
        """The paper of this claim, None when it is not one of its."""
        wanted = (report_id, code, version)
        return next((each for each in self.papers if (each.report_id, each.code, each.version) == wanted), None)


class ClaimFiles(Protocol):
    """Reads on one open transaction."""

    async def file(self, case_number: str) -> ClaimFile:
        """Raises NotFound."""


def persons_of(file: ClaimFile, *, revealed: bool) -> list[dict[str, Any]]:
    """Who the claim is about, as each source names them; shortened and masked until somebody asked to see it."""
    told: list[dict[str, Any]] = []
    for piece in file.evidence:
        identity = piece.identity
        person = {
            "name": piece.worker_name if revealed else short_name(piece.worker_name),
            "nik": identity.nik and (identity.nik if revealed else mask_nik(identity.nik)),
            "kpj": identity.kpj and (identity.kpj if revealed else mask_nik(identity.kpj)),
            "passport": identity.passport and (identity.passport if revealed else "•••"),
            "birth_date": piece.birth_date if revealed else None,
            "sex": piece.sex,
        }
        if any(person.values()):
            _add_person(told, person)
    return told


def _add_person(told: list[dict[str, Any]], person: dict[str, Any]) -> None:
    """Sources that do not contradict each other name one person."""
    for known in told:
        if all(known[name] in (None, value) or value is None for name, value in person.items()):
            known.update({name: value for name, value in person.items() if value is not None})
            return
    told.append(person)


def comparison(file: ClaimFile, *, revealed: bool) -> dict[str, Any]:
    """The sources beside each other: a column for each, a row for each thing at least one of them says."""
    columns: list[dict[str, Any]] = [
        {
            "id": piece.id,
            "source": piece.source,
            "kind": piece.kind,
            "org": piece.org,
            "version": piece.version,
            "received_at": piece.received_at,
            "status": piece.status,
        }
        for piece in file.evidence
    ]
    determinations = entries_of(Determination, file.entries)
    columns += [
        {
            "id": each.id,
            "source": "disnaker_gateway",
            "kind": "determination",
            "org": each.org,
            "version": 1,
            "received_at": each.received_at,
            "status": "received",
        }
        for each in determinations
    ]
    ids = [column["id"] for column in columns]
    found = [_contradicted(item, ids, revealed=revealed) for item in file.document["discrepancies"]]
    covered = {field for row in found for field in row["covers"]}
    plain = []
    for field, title, read in _FIELDS:
        cells = [read(piece) for piece in file.evidence] + [_determined(field, each) for each in determinations]
        if any(cells) and field not in covered:
            plain.append({"title": title.title, "cells": cells})
    return {"columns": columns, "contradictions": found, "rows": plain}


def _contradicted(item: Mapping[str, Any], ids: Sequence[str], *, revealed: bool) -> dict[str, Any]:
    """A discrepancy with its values under the columns of their sources; `others` come from registers."""
    hidden = item["field"] in _PERSONAL and not revealed
    values = {
        each["evidence_id"]: _value(item["field"], each["value"]) if not hidden else ("text", "•••")
        for each in item["values"]
    }
    return {
        "discrepancy": item,
        "covers": {item["field"]},
        "cells": [values.get(id_) for id_ in ids],
        "others": [(id_, cell) for id_, cell in values.items() if id_ not in ids],
        "choices": [each["evidence_id"] for each in item["values"]],
    }


def _value(field: str, value: str) -> Cell:
    if field == "injury_side" and value in _SIDES:
        return ("both", _SIDES[value])
    if field in ("wage", "treatment_cost") and value.isdigit():
        return ("rupiah", int(value))
    if field == "outcome":
        return ("outcomes", value)
    if field == "body_part":
        return ("body_parts", value)
    if field in ("occurred_on", "birth_date"):
        try:
            return ("day", date.fromisoformat(value[:10]))
        except ValueError:
            return ("text", value)
    return ("percent", value) if field == "disability_percent" else ("text", value)


def _moment(at: datetime, precision: str, region: str | None) -> Cell:
    zone = zone_of(region) if region else at.tzinfo or WIB
    return ("day", at.astimezone(zone).date()) if precision == "day" else ("moment", at.astimezone(zone))


def _parts(piece: Evidence) -> Cell | None:
    said = piece.accident or piece.medical
    return ("body_parts", said.body_parts) if said and said.body_parts else None


def _outcome(piece: Evidence) -> Cell | None:
    stage_2 = piece.accident.stage_2 if piece.accident else None
    said = stage_2 or (piece.medical.statement if piece.medical else None)
    return ("outcomes", said.outcome) if said and said.outcome else None


def _of_accident(name: str, kind: str) -> Callable[[Evidence], Cell | None]:
    def read(piece: Evidence) -> Cell | None:
        value = getattr(piece.accident, name, None)
        return (kind, value) if value else None

    return read


def _of_visit(name: str) -> Callable[[Evidence], Cell | None]:
    def read(piece: Evidence) -> Cell | None:
        value = getattr(piece.medical, name, None)
        return ("text", ", ".join(value) if isinstance(value, tuple) else value) if value else None

    return read


def _employer(piece: Evidence) -> Cell | None:
    said = piece.accident or piece.medical
    name = said and (said.employer_name or said.employer_registration)
    return ("text", name) if name else None


def _loss(piece: Evidence) -> Cell | None:
    statement = piece.medical.statement if piece.medical else None
    percent = statement.function_loss_percent if statement else None
    return ("percent", percent) if percent is not None else None


def _rest(piece: Evidence) -> Cell | None:
    statement = piece.medical.statement if piece.medical else None
    return ("number", statement.rest_days) if statement and statement.rest_days else None


def _disabilities(piece: Evidence) -> Cell | None:
    """Rows of the table with the percentage of the function that is lost: `P15 40 %, P17`."""
    statement = piece.medical.statement if piece.medical else None
    told = [
        f"{'+'.join(rows_of(one)) or one.part or '?'}{f' {one.percent} %' if one.percent is not None else ''}"
        for one in (statement.stated_disabilities if statement else ())
    ]
    return ("text", ", ".join(told)) if told else None


def _treatment_cost(piece: Evidence) -> Cell | None:
    """What is asked back for treatment, or what the hospital billed for it."""
    stage_2 = piece.accident.stage_2 if piece.accident else None
    lines = stage_2.cost_rupiah if stage_2 else piece.medical.billed_rupiah if piece.medical else ()
    amount = sum(amount for item, amount in lines if item == "treatment")
    return ("rupiah", amount) if amount else None


# The discrepancy field a row belongs to, its title, and what a source says.
_FIELDS: tuple[tuple[str, Code, Callable[[Evidence], Cell | None]], ...] = (
    (
        "occurred_on",
        Code("occurred_on", "Kapan", "When"),
        lambda piece: _moment(piece.occurred_at, piece.precision, piece.region_code),
    ),
    (
        "place",
        Code("place", "Wilayah", "Region"),
        lambda piece: ("region", piece.region_code) if piece.region_code else None,
    ),
    ("place_type", Code("place_type", "Jenis tempat", "Kind of place"), _of_accident("place_type", "place_types")),
    ("place_words", Code("place_words", "Tempat", "Place"), _of_accident("place", "text")),
    ("employer", Code("employer", "Pemberi kerja", "Employer"), _employer),
    (
        "accident_type",
        Code("accident_type", "Corak kecelakaan", "Kind of accident"),
        _of_accident("accident_type", "accident_types"),
    ),
    (
        "injury_source",
        Code("injury_source", "Sumber cedera", "Source of the injury"),
        _of_accident("injury_source", "injury_sources"),
    ),
    ("body_part", Code("body_part", "Bagian tubuh", "Part of the body"), _parts),
    ("diagnosis", Code("diagnosis", "Diagnosis (ICD-10)", "Diagnoses (ICD-10)"), _of_visit("diagnosis_codes")),
    ("causes", Code("causes", "Sebab luar (ICD-10)", "External causes (ICD-10)"), _of_visit("external_cause_codes")),
    ("severity", Code("severity", "Tingkat keparahan", "Severity"), _of_visit("severity")),
    ("outcome", Code("outcome", "Hasil akhir", "Outcome"), _outcome),
    ("disability_percent", Code("disability_percent", "Kehilangan fungsi", "Loss of function"), _loss),
    ("disability_code", Code("disability_code", "Kecacatan (tabel)", "Disabilities (table)"), _disabilities),
    ("treatment_cost", Code("treatment_cost", "Biaya pengobatan", "Cost of treatment"), _treatment_cost),
    ("rest_days", Code("rest_days", "Hari istirahat", "Days of rest"), _rest),
    ("wage", Code("wage", "Upah", "Wage"), _of_accident("wage_rupiah", "rupiah")),
    ("chronology", Code("chronology", "Kronologi", "Chronology"), _of_accident("chronology", "text")),
)


def _determined(field: str, item: Determination) -> Cell | None:
    if field == "outcome":
        return ("determinations", item.decision)
    if field == "disability_percent" and item.disability_percent is not None:
        return ("percent", item.disability_percent)
    if field == "disability_code" and item.disability_code is not None:
        return ("text", item.disability_code)
    return ("day", item.decided_on) if field == "occurred_on" else None


def history_of(file: ClaimFile) -> list[dict[str, Any]]:
    """The timeline, the latest first, with the person and the words of what people did."""
    said: dict[tuple[str, str], Entry] = {}
    for entry in file.entries:
        said[(entry.at.isoformat(timespec="milliseconds")[:19], entry.what)] = entry
    told = []
    for entry in reversed(file.document["timeline"]):
        at = datetime.fromisoformat(entry["received_at"])
        by = said.get((at.astimezone(WIB).isoformat()[:19], entry["what"])) or said.get(
            (at.isoformat()[:19], entry["what"])
        )
        what, _, about = entry["what"].partition(":")
        told.append(
            {
                **entry,
                "what": what,
                "about": about,
                "person": getattr(by, "officer_name", None) or getattr(by, "person", None),
                "reason": getattr(by, "reason", None) or getattr(by, "text", None) or getattr(by, "note", None),
                "decision": by if isinstance(by, Decision) else None,
            }
        )
    return told


def notes_of(file: ClaimFile) -> list[Note]:
    """The latest first."""
    return list(reversed(entries_of(Note, file.entries)))


def decisions_for(state: str) -> list[str]:
    """The kinds of decisions that the state allows; guards may still refuse one."""
    return [kind for kind in _DECISIONS if may(state, kind) is not None]


def first_approval_of(file: ClaimFile) -> Decision | None:
    """The approval that waits for a second person."""
    if file.document["state"] != "AWAITING_SECOND_APPROVAL":
        return None
    approvals = [decision for decision in entries_of(Decision, file.entries) if decision.kind == APPROVE]
    return approvals[-1] if approvals else None
