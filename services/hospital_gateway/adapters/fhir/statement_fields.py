"""The fields of the doctor's statement: by which titles and codes they are known, and what is read from their words."""

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any
from zoneinfo import ZoneInfo

from services.hospital_gateway.adapters.fhir import systems
from services.hospital_gateway.adapters.fhir.elements import codings, decimal, text
from services.hospital_gateway.adapters.fhir.loss_reader import disabilities_told, part_told
from services.hospital_gateway.adapters.fhir.spoken_days import days_in, moment_in, periods_in, united
from services.hospital_gateway.domain.care import Disability
from services.hospital_gateway.domain.losses import FUNCTIONAL, percent_in
from services.hospital_gateway.domain.visit import Statement

# Title of a section or question → field of the form. The first that matches decides.
_TITLES: tuple[tuple[str, "re.Pattern[str]"], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("accident_on", r"tanggal kecelakaan|accident.?(on|date)|date of (the )?accident"),
        ("examined_on", r"tanggal pemeriksaan|examin(ed|ation).?(on|date)"),
        ("physical_examination", r"pemeriksaan fisik|physical.?exam"),
        ("anamnesis", r"anamnes"),
        ("comorbidity", r"komorbid|komplikasi|penyakit penyerta|comorbid|complication"),
        ("work_capacity", r"dapat bekerja|kemampuan kerja|work.?capacity|able to work"),
        ("died_at", r"tanggal meninggal|waktu kematian|time of death|date of death"),
        ("rest", r"istirahat|\brest\b|sick leave"),
        ("treated", r"lama(nya)? perawatan|\btreated\b|duration of treatment"),
        ("treatment", r"penatalaksanaan|tatalaksana|tindakan|terapi|treatment|management"),
        ("function_loss_percent", r"function.?loss|kehilangan fungsi|persen"),
        ("prosthesis", r"prot(h)?es[ai]|prosthes"),
        ("orthosis", r"ort(h)?es[ai]|orthos"),
        ("disability_body_part", r"anggota badan|disability.?body.?part"),
        ("disabilities", r"^cacat|kecacatan|disabilit"),
        ("outcome", r"^hasil|hasil akhir|outcome|kondisi akhir"),
        ("diagnosis", r"diagnos"),
        ("note", r"^keterangan|catatan|^note"),
    )
)
# Sections that other documents' systems code (LOINC).
_LOINC = {
    "10154-3": "anamnesis",
    "10164-2": "anamnesis",
    "29545-1": "physical_examination",
    "29548-5": "diagnosis",
    "8648-8": "treatment",
}
_OUTCOMES: tuple[tuple[str, "re.Pattern[str]"], ...] = tuple(
    (code, re.compile(pattern, re.IGNORECASE))
    for code, pattern in (
        ("in_treatment", r"dalam pengobatan|dalam perawatan|masih dirawat|in.?treatment"),
        ("death", r"meninggal|\bdeath\b|\bdied\b"),
        ("total_permanent", r"cacat total|total.?permanent"),
        ("partial_anatomical", r"cacat (sebagian )?anatomi|partial.?anatomical"),
        ("partial_functional", r"cacat (sebagian )?fungsi|partial.?functional"),
        ("recovered", r"sembuh|recovered"),
    )
)
OUTCOMES = frozenset(code for code, _ in _OUTCOMES)
_CAPACITY: tuple[tuple[str, "re.Pattern[str]"], ...] = (
    ("none", re.compile(r"(?i)tidak (dapat|bisa|mampu) bekerja|unable|\bnone\b")),
    ("light", re.compile(r"(?i)ringan|\blight\b")),
    ("normal", re.compile(r"(?i)biasa|normal")),
)
DISABLING = frozenset({"partial_functional", "partial_anatomical", "total_permanent"})
_DAYS = frozenset({"accident_on", "examined_on", "signed_on"})
_PERIODS = frozenset({"rest", "treated"})
_AIDS = {"prosthesis": re.compile(r"(?i)prot(h)?es[ai]|prosthes"), "orthosis": re.compile(r"(?i)ort(h)?es[ai]|orthos")}
_SENTENCE = re.compile(r"(?i);|\n|,(?!\d)|\bdan\b|\band\b|\.\s")
# Told by the document around the fields.
_AROUND = frozenset({"form_code", "resource_id", "recognised_as", "doctor_number", "licence", "practice"})
_LOSSES = frozenset({"disability_body_part", "function_loss_percent", "disabilities"})
# By which a question or a section of ours may be called; hyphens count as underscores.
NAMES = frozenset(field.name for field in fields(Statement)) - _AROUND | _LOSSES


def field_of(title: str, code: Any = None) -> str | None:
    """The field a section is about: by our code, by LOINC, else by its title."""
    for coding in codings(code):
        named = text(coding.get("code")) or ""
        if coding.get("system") == systems.FORM_SECTION and named.replace("-", "_") in NAMES:
            return named.replace("-", "_")
        if named in _LOINC:
            return _LOINC[named]
    return next((name for name, pattern in _TITLES if pattern.search(title)), None)


def with_field(statement: Statement, name: str, said: str, zone: ZoneInfo) -> Statement:
    """The statement with one field filled from what was said for it, as far as it can be read."""
    changes: dict[str, Any] = {}
    if name in _DAYS:
        dates = days_in(said)
        changes[name] = dates[0] if dates else None
    elif name in _PERIODS:
        changes[name] = united(getattr(statement, name), periods_in(said))
    elif name == "outcome":
        changes |= _outcome(statement, said, zone)
    elif name in _LOSSES:
        changes["disabilities"] = _with_loss(statement.disabilities, name, said)
    elif name == "work_capacity":
        changes = {"work_capacity": capacity_in(said), "work_conditions": statement.work_conditions or said}
    elif name == "died_at":
        changes[name] = moment_in(said, zone)
    elif name in NAMES:
        changes[name] = said
    return replace(statement, **changes)


def outcome_in(said: str) -> str | None:
    """The code of the list outcomes that a text tells."""
    return next((code for code, pattern in _OUTCOMES if pattern.search(said)), None)


def capacity_in(said: str) -> str | None:
    """normal, light or none."""
    return next((code for code, pattern in _CAPACITY if pattern.search(said)), None)


def _outcome(statement: Statement, said: str, zone: ZoneInfo) -> Mapping[str, Any]:
    outcome = outcome_in(said)
    changes: dict[str, Any] = {"outcome": outcome}
    if outcome in DISABLING:
        changes["disabilities"] = disabilities_told(said) or _with_loss(statement.disabilities, "percent", said)
    if outcome == "death":
        changes["died_at"] = moment_in(said, zone) or statement.died_at
    for aid, pattern in _AIDS.items():
        # "tidak memerlukan prothesa" is told as such; whoever reads it sees the whole sentence.
        told = next((piece.strip() for piece in _SENTENCE.split(said) if pattern.search(piece)), None)
        if told and getattr(statement, aid) is None:
            changes[aid] = told
    return changes


def _with_loss(known: tuple[Disability, ...], name: str, said: str) -> tuple[Disability, ...]:
    """A part or a percentage told in a field of its own completes the disability that lacks it."""
    if name == "disabilities":
        return disabilities_told(said) or known
    first, *rest = known or (Disability(),)
    if name == "disability_body_part":
        told = disabilities_told(said)
        if len(told) > 1:  # "ibu jari kanan dan telunjuk kanan"
            return told
        first = replace(first, part=part_told(said) or said.strip(), words=first.words or said)
    else:
        percent = percent_in(said) or decimal(said.replace(",", ".").strip())
        if percent is None:
            return known
        first = replace(first, percent=percent, kind=first.kind or FUNCTIONAL)
    return (first, *rest)
