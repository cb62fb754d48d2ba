"""Observations that belong to a doctor's statement: coded `urn:simpul:observation`, or told by their words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from services.hospital_gateway.adapters.fhir import systems
from services.hospital_gateway.adapters.fhir.elements import codings, day, moment, part, text, words_of
from services.hospital_gateway.adapters.fhir.loss_reader import disability_of
from services.hospital_gateway.adapters.fhir.spoken_days import period_of, united
from services.hospital_gateway.adapters.fhir.statement_fields import DISABLING, OUTCOMES, capacity_in, outcome_in
from services.hospital_gateway.adapters.fhir.visit_resources import VisitResources
from services.hospital_gateway.domain.care import Disability
from services.hospital_gateway.domain.losses import FUNCTIONAL
from services.hospital_gateway.domain.visit import Days, Statement

_SAID = frozenset({"final", "amended", "corrected", "unknown"})
_LOOSE = (
    ("rest-period", "valuePeriod", re.compile(r"(?i)istirahat|sick leave")),
    (
        "function-loss-percent",
        "valueQuantity",
        re.compile(r"(?i)(kehilangan|cacat) fungsi|loss of function|function loss"),
    ),
    ("work-capacity", "valueCodeableConcept", re.compile(r"(?i)kemampuan kerja|dapat bekerja|capacity to work")),
    ("work-capacity", "valueString", re.compile(r"(?i)kemampuan kerja|dapat bekerja|capacity to work")),
)
# What makes a statement by itself; days of rest alone are a rest letter.
_CONCLUSIVE = frozenset({"outcome", "disability", "function-loss-percent", "work-capacity"})


@dataclass
class _Coded:
    """What the Observations of a visit say of the form's fields."""

    told: set[str] = field(default_factory=set)
    rest: list[Days] = field(default_factory=list)
    treated: list[Days] = field(default_factory=list)
    disabilities: list[Disability] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    first_id: str | None = None


def with_findings(statement: Statement | None, resources: VisitResources, zone: ZoneInfo) -> Statement | None:
    """The statement with what is coded beside it; a statement of Observations alone where they conclude something."""
    coded = _Coded()
    for kept, observation in resources.of("Observation"):
        names = set(finding_codes(observation))
        if names:
            coded.first_id = coded.first_id or kept.id
        for name in names:
            coded.told.add(name)
            _take(coded, name, observation, zone)
    if not coded.told or (statement is None and not coded.told & _CONCLUSIVE):
        return statement
    known = statement or Statement(resource_id=coded.first_id, recognised_as="observations")
    changes = dict(coded.changes)
    changes["rest"] = united(coded.rest) or known.rest
    changes["treated"] = united(coded.treated) or known.treated
    outcome = changes.get("outcome", known.outcome)
    if outcome is None or outcome in DISABLING:
        changes["disabilities"] = _completed(coded.disabilities, known.disabilities)
    return replace(known, **changes)


def _completed(coded: Sequence[Disability], worded: tuple[Disability, ...]) -> tuple[Disability, ...]:
    """The coded disabilities; a percentage coded without a part is of the first one that was told in words."""
    if len(coded) == 1 and worded and coded[0].part is None and coded[0].code is None:
        return (replace(worded[0], percent=coded[0].percent), *worded[1:])
    return tuple(coded) or worded


def finding_codes(observation: Mapping[str, Any]) -> Iterator[str]:
    """The codes of `urn:simpul:observation` that an Observation has, or means by its words and kind of value."""
    if observation.get("status", "final") not in _SAID:
        return
    ours = [
        code
        for one in codings(observation.get("code"))
        if one.get("system") == systems.OBSERVATION and (code := text(one.get("code")))
    ]
    if ours:
        yield from ours
        return
    words = words_of(observation.get("code"))
    yield from (name for name, value, pattern in _LOOSE if value in observation and pattern.search(words))


def _take(coded: _Coded, name: str, observation: Mapping[str, Any], zone: ZoneInfo) -> None:
    concept = observation.get("valueCodeableConcept")
    words = words_of(concept) or str(observation.get("valueString", ""))
    if name == "rest-period":
        coded.rest.extend(period_of(observation.get("valuePeriod")))
    elif name == "treated-period":
        coded.treated.extend(period_of(observation.get("valuePeriod")))
    elif name == "disability":
        coded.disabilities.append(disability_of(observation))
    elif name == "function-loss-percent":
        found = disability_of(observation)
        coded.disabilities.append(replace(found, kind=found.kind or FUNCTIONAL))
    elif name == "outcome":
        code = next((text(one.get("code")) for one in codings(concept) if one.get("system") == systems.OUTCOME), None)
        coded.changes["outcome"] = code if code in OUTCOMES else outcome_in(words)
    elif name == "work-capacity":
        coded.changes["work_capacity"] = capacity_in(words)
    elif name == "accident-date":
        coded.changes["accident_on"] = day(observation.get("valueDateTime"))
    elif name == "death-time":
        coded.changes["died_at"] = moment(observation.get("valueDateTime"), zone)
    elif name in ("prosthesis", "orthosis"):
        coded.changes[name] = words or ("diperlukan" if observation.get("valueBoolean") is True else "tidak diperlukan")
    site = part(observation, "bodySite")
    if name in ("prosthesis", "orthosis") and words_of(site):
        coded.changes[name] = f"{coded.changes[name]} {words_of(site)}"
