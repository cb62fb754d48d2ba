"""Every row of the document table, as an employer sees it: in the answer to the request that brings the paper."""

import copy
from dataclasses import dataclass, field
from typing import Any

import pytest

from services.intake.application.forms.examples import DISEASE_REPORT, STAGE_2
from services.verification.application.claim_document import document_of
from services.verification.application.inputs import evidence_of
from services.verification.domain.claim import CaseInput
from services.verification.domain.derivation import Policy, derive_claim
from shared.regulation.document_table import DOCUMENT_TABLE
from tests.support.intake_service import NOON, Intake, accident
from tests.support.papers import PDF

PLAIN_STAGE_2 = {**STAGE_2, "outcome": "recovered", "examined_on": "2026-11-20", "absence_periods": [], "costs": [],
                 "children_under_23": []}  # fmt: skip
TODDLER = {"name": "Adi", "birth_date": "2020-06-01", "school_level": "TK_SD"}
TRAFFIC = {"place_type": "traffic"}
DEATH = {"consequence": "death"}
DIED = {"outcome": "death"}
MAIMED = {"outcome": "partial_anatomical"}
CARRIED = {"costs": [{"payee": "employer", "item": "transport", "amount_rupiah": 350_000}]}
RESTED = {"absence_periods": [{"from": "2026-11-20", "to": "2026-11-29"}]}
GUARDIAN = {"name": "Ani", "nik": "3671015203900001"}


@dataclass(frozen=True)
class Row:
    """The case in which the paper is asked for; `form` brings it instead of a file where a form does."""

    responsible: str
    event: dict[str, Any] = field(default_factory=dict)
    stage_2: dict[str, Any] | None = None
    segment: str = "PU"
    kind: str = "accident"
    begins: str = "missing"
    form: dict[str, Any] | None = None


ROWS = {
    "T1": Row("employer", begins="provided"),
    "KPJ": Row("employer"),
    "ID": Row("employer"),
    "CHRON": Row("employer", TRAFFIC),
    "ATT": Row("employer", begins="not_required"),
    "ORDER": Row("employer", {"place_type": "outside_workplace"}),
    "PROJ": Row("employer", segment="JAKON"),
    "PMI": Row("worker", {"pmi_phase": "during", "pmi_country": "MY"}, segment="PMI"),
    "T2": Row("employer", form=PLAIN_STAGE_2),
    "DOC": Row("hospital"),
    "RCPT": Row("employer", {"first_aid": {"facility_type": "non_plkk"}}),
    "TRSP": Row("employer", stage_2=CARRIED),
    "REST": Row("hospital", stage_2=RESTED),
    "WAGE": Row("employer", stage_2=MAIMED),
    "PHOTO": Row("hospital", stage_2=MAIMED),
    "REF": Row("hospital"),
    "POL": Row("employer", {**TRAFFIC, "police_report_number": "LP/1/2026"}),
    "VISUM": Row("hospital", {"violence": True}),
    "JR": Row("employer", TRAFFIC),
    "DEATH": Row("worker", DEATH),
    "HEIR": Row("worker", DEATH),
    "GUARD": Row("worker", DEATH, {**DIED, "children_under_23": [TODDLER]},
                 form={**PLAIN_STAGE_2, **DIED, "children_under_23": [TODDLER], "guardian": GUARDIAN}),
    "SCHOL": Row("worker", DEATH, {**DIED, "children_under_23": [TODDLER]}),
    "EXPO": Row("employer", kind="occupational_disease"),
    "NPWP": Row("worker", DEATH, begins="not_required"),
    "LOST": Row("worker", begins="not_required"),
}  # fmt: skip
# Whether a worker was moved is the hospital's to tell: an employer's report alone never asks for the letter.
ONLY_WITH_A_HOSPITAL = {"REF"}


def form_of(row: Row) -> dict[str, Any]:
    report = accident()
    if row.kind == "occupational_disease":
        disease = copy.deepcopy({name: DISEASE_REPORT[name] for name in ("kind", "event", "disease")})
        report = {**{name: value for name, value in report.items() if name != "first_alert"}, **disease}
    event = report["event"]
    first_aid = {**event.get("first_aid", {}), **row.event.get("first_aid", {})}
    report["event"] = {**event, **row.event, **({"first_aid": first_aid} if first_aid else {})}
    report["segment"] = row.segment
    return report


def item_of(answer: dict[str, Any], code: str) -> dict[str, Any] | None:
    return next((item for item in answer["checklist"] if item["document_code"] == code), None)


async def put_stage_2(intake: Intake, report_id: str, form: dict[str, Any]) -> dict[str, Any]:
    answer = await intake.http.put(
        f"/v1/accident-reports/{report_id}/stage-2", json={**PLAIN_STAGE_2, **form}, headers=intake.bearer()
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_every_row_of_the_document_table_has_its_case() -> None:
    assert set(ROWS) == {rule.code for rule in DOCUMENT_TABLE}


@pytest.mark.parametrize("code", ROWS)
async def test_checklist_before_and_after(intake: Intake, code: str) -> None:
    row = ROWS[code]
    shown = await intake.submit(form_of(row))
    report_id = shown["report_id"]
    if row.stage_2 is not None:
        shown = await put_stage_2(intake, report_id, row.stage_2)
    before = item_of(shown, code)
    if code in ONLY_WITH_A_HOSPITAL:
        assert before is None
        return
    assert before is not None
    assert (before["state"], before["responsible"]) == (row.begins, row.responsible)
    assert before["required"] is (row.begins != "not_required")
    assert before["title"]["id"]
    assert before["title"]["en"]
    assert before["legal_basis"]
    if row.form is not None:
        after = item_of(await put_stage_2(intake, report_id, row.form), code)
    else:
        path = f"/v1/accident-reports/{report_id}/documents/{code}"
        brought = await intake.http.put(path, content=PDF, headers=intake.bearer())
        assert brought.status_code == 201, brought.text
        after = item_of(await intake.read(report_id), code)
    assert after is not None
    assert after["state"] == "provided"


@pytest.mark.parametrize("code", ROWS)
async def test_the_first_checklist_is_the_one_that_the_claim_will_have(intake: Intake, code: str) -> None:
    row = ROWS[code]
    report_id = (await intake.submit(form_of(row)))["report_id"]
    await intake.http.put(f"/v1/accident-reports/{report_id}/documents/ID", content=PDF, headers=intake.bearer())
    if row.stage_2 is not None:
        await put_stage_2(intake, report_id, row.stage_2)
    shown = (await intake.read(report_id))["checklist"]
    evidence = evidence_of((await intake.events(report_id))[-1])
    assert evidence is not None
    claim = document_of(derive_claim(CaseInput((evidence,)), NOON, Policy(100_000_000)))
    assert [{**item, "satisfied_by": None} for item in claim["checklist"]] == [
        {**item, "satisfied_by": None} for item in shown
    ]
