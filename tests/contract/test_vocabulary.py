"""The words of events, the coded lists with their titles and the forms of intake say the same."""

from enum import StrEnum
from typing import Any

import pytest
from pydantic import TypeAdapter

from services.intake.application.forms.accident_report import AccidentReport, OccupationalDiseaseReport
from services.intake.application.forms.self_report import SelfReportOfAccident, SelfReportOfDisease
from services.intake.application.forms.stage_2 import Stage2
from shared.events import vocabulary
from shared.events.accident_report import AccidentReportForm, StageTwoForm
from shared.events.self_report import SelfReportForm
from shared.regulation.codes import codes_of

LISTS: dict[str, type[StrEnum]] = {
    "segments": vocabulary.Segment,
    "kinds": vocabulary.Kind,
    "wage_bases": vocabulary.WageBasis,
    "place_types": vocabulary.PlaceType,
    "consequences": vocabulary.Consequence,
    "facility_types": vocabulary.FacilityType,
    "conditions_after": vocabulary.ConditionAfter,
    "accident_types": vocabulary.AccidentType,
    "injury_sources": vocabulary.InjurySource,
    "outcomes": vocabulary.Outcome,
    "payees": vocabulary.Payee,
    "cost_items": vocabulary.CostItem,
    "relations": vocabulary.NotifierRelation,
    "states": vocabulary.ClaimState,
    "waiting_on": vocabulary.WaitingOn,
    "payers_of_first_resort": vocabulary.Payer,
    "report_statuses": vocabulary.ReportStatus,
    "checklist_states": vocabulary.ChecklistState,
    "determinations": vocabulary.DeterminationDecision,
    "notification_types": vocabulary.NotificationType,
}


@pytest.mark.parametrize("name", LISTS)
def test_every_word_of_an_event_has_titles_and_the_other_way_round(name: str) -> None:
    assert set(LISTS[name]) == set(codes_of(name))


def fields(model: type[Any]) -> set[str]:
    """Every place in a document, as `worker.nik` or `costs.payee`."""
    schema = TypeAdapter(model).json_schema()
    return set(_fields(schema, schema, ""))


def _fields(node: Any, document: Any, prefix: str) -> list[str]:
    if "$ref" in node:
        return _fields(document["$defs"][node["$ref"].rsplit("/", 1)[1]], document, prefix)
    found = []
    for name, field in node.get("properties", {}).items():
        found += [f"{prefix}{name}", *_fields(field, document, f"{prefix}{name}.")]
    items = [node["items"]] if "items" in node else []
    for branch in [*node.get("anyOf", []), *node.get("oneOf", []), *items]:
        found += _fields(branch, document, prefix)
    return found


@pytest.mark.parametrize(
    ("form", "content"),
    [
        (AccidentReport, AccidentReportForm),
        (OccupationalDiseaseReport, AccidentReportForm),
        (Stage2, StageTwoForm),
        (SelfReportOfAccident, SelfReportForm),
        (SelfReportOfDisease, SelfReportForm),
    ],
)
def test_whatever_a_form_takes_reaches_the_event(form: type[Any], content: type[Any]) -> None:
    assert fields(form) - fields(content) == set()


def test_a_form_has_fields_at_all() -> None:
    assert {"worker.nik", "event.first_aid.facility_type", "event.witnesses.name"} <= fields(AccidentReport)
