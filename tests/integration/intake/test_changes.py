"""Corrections, withdrawal and Tahap II."""

import copy
from datetime import timedelta
from typing import Any

import pytest

from services.intake.application.forms.examples import STAGE_2
from shared.events.accident_report import AccidentReportContent, AccidentReportFacts
from tests.support.intake_service import NOON, Intake, accident

NUMBER = "/changes/employer/registration_number"


async def correct(intake: Intake, report_id: str, changes: dict[str, Any], key: str | None = None) -> Any:
    return await intake.http.post(
        f"/v1/accident-reports/{report_id}/corrections",
        json={"changes": changes, "reason": "Salah ketik."},
        headers=intake.once(key=key),
    )


async def put_stage_2(intake: Intake, report_id: str, form: dict[str, Any]) -> Any:
    return await intake.http.put(f"/v1/accident-reports/{report_id}/stage-2", json=form, headers=intake.bearer())


def stage_2(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(STAGE_2), "examined_on": "2026-11-20", "absence_periods": [], **changes}


async def test_a_correction_makes_the_next_version_and_keeps_the_one_before(intake: Intake) -> None:
    report = await intake.submit()
    answer = await correct(intake, report["id"], {"event": {"body_parts": ["hand_left"], "site_name": "Pabrik 2"}})
    assert answer.status_code == 200
    assert (answer.json()["version"], answer.json()["status"]) == (2, "corrected")
    read = await intake.read(report["id"])
    assert read["report"]["event"]["body_parts"] == ["hand_left"]
    first, second = await intake.events(report["id"])
    assert (first.version, second.version) == (1, 2)
    assert second.type == "jkk.accident-report.corrected.v1"
    assert isinstance(second.content, AccidentReportContent)
    assert second.content.reason == "Salah ketik."
    assert second.content.report.event.body_parts == ("hand_left",)
    (kept,) = await intake.rows("SELECT * FROM report_history WHERE report_id = $1", report["id"])
    before = intake.secrets.sealer.open_bytes(
        kept["sealed_form"], type="accident-report", id=report["id"], version=kept["form_version"]
    )
    assert b"hand_right" in before
    assert b"Salah ketik" not in kept["sealed_reason"]


async def test_a_corrected_time_is_judged_anew(intake: Intake) -> None:
    report = await intake.submit()
    early = (NOON - timedelta(hours=60)).isoformat()
    answer = (await correct(intake, report["id"], {"event": {"occurred_at": early}, "first_alert": None})).json()
    assert answer["late"] is True
    assert answer["payer_of_first_resort"] == "EMPLOYER"


async def test_null_takes_an_optional_field_away_and_leaves_what_may_be_null(intake: Intake) -> None:
    report = await intake.submit()
    await correct(intake, report["id"], {"event": {"police_report_number": "LP/1/2026"}})
    answer = await correct(intake, report["id"], {"first_alert": None, "event": {"police_report_number": None}})
    assert answer.status_code == 200
    read = (await intake.read(report["id"]))["report"]
    assert "first_alert" not in read
    assert read["event"]["police_report_number"] is None


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"worker": {"nik": "1"}}, "/changes/worker/nik", "nik-format"),
        ({"event": {"place": None}}, "/changes/event/place", "required"),
        ({"surprise": 1}, "/changes/surprise", "unknown-field"),
        ({"employer": {"registration_number": "KK1"}}, NUMBER, "registration-number-fixed"),
        ({"employer": None}, NUMBER, "registration-number-fixed"),
        ({"wage": {"basis": "monthly"}}, "/changes", "changes-nothing"),
        ({"kind": "occupational_disease"}, "/changes/disease", "required"),
    ],
)  # fmt: skip
async def test_a_wrong_correction_changes_nothing(intake: Intake, changes: Any, pointer: str, code: str) -> None:
    report = await intake.submit()
    answer = await correct(intake, report["id"], changes)
    assert answer.status_code == 422
    assert {"pointer": pointer, "code": code} in [
        {"pointer": error["pointer"], "code": error["code"]} for error in answer.json()["errors"]
    ]
    assert (await intake.read(report["id"]))["version"] == 1
    assert len(await intake.events(report["id"])) == 1


async def test_a_corrected_nik_moves_the_events_to_the_other_worker(intake: Intake) -> None:
    report = await intake.submit()
    await correct(intake, report["id"], {"worker": {"nik": accident()["worker"]["nik"]}})
    first, second = await intake.events(report["id"])
    assert first.key != second.key
    (row,) = await intake.rows("SELECT worker_key FROM accident_report WHERE report_id = $1", report["id"])
    assert row["worker_key"] == second.key


async def test_a_withdrawn_report_stays_readable_and_takes_no_more_changes(intake: Intake) -> None:
    report = await intake.submit()
    path = f"/v1/accident-reports/{report['id']}"
    answer = await intake.http.post(f"{path}/withdrawal", json={"reason": "Dua kali."}, headers=intake.once())
    assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")
    assert (await intake.read(report["id"]))["status"] == "withdrawn"
    assert [event.type for event in await intake.events(report["id"])][-1] == "jkk.accident-report.withdrawn.v1"
    again = await intake.http.post(f"{path}/withdrawal", json={"reason": "Dua kali."}, headers=intake.once())
    changed = await correct(intake, report["id"], {"wage": {"basis": "daily"}})
    second = await put_stage_2(intake, report["id"], stage_2())
    assert {again.status_code, changed.status_code, second.status_code} == {409}


async def test_stage_2_stops_its_clock_and_drives_the_checklist(intake: Intake) -> None:
    report = await intake.submit()
    intake.clock.advance(timedelta(hours=12))
    answer = await put_stage_2(intake, report["id"], stage_2())
    assert answer.status_code == 200
    clock = answer.json()["clocks"][1]
    assert clock == {
        "clock": "T2",
        "starts_at": "2026-11-21T00:00:00+07:00",
        "due_at": "2026-11-23T00:00:00+07:00",
        "met": True,
        "legal_basis": clock["legal_basis"],
    }
    items = {item["document_code"]: item for item in answer.json()["checklist"]}
    assert items["T2"]["state"] == "provided"
    assert items["TRSP"]["required"]
    assert items["PHOTO"]["required"]
    event = (await intake.events(report["id"]))[-1]
    assert event.type == "jkk.stage-2.submitted.v1"
    assert isinstance(event.facts, AccidentReportFacts)
    assert event.facts.outcome == "partial_anatomical"
    assert isinstance(event.content, AccidentReportContent)
    assert event.content.stage_2 is not None
    assert event.content.stage_2.children_under_23[0].name == "Adi"


async def test_the_same_stage_2_again_changes_nothing_and_another_takes_its_place(intake: Intake) -> None:
    report = await intake.submit()
    first = await put_stage_2(intake, report["id"], stage_2())
    again = await put_stage_2(intake, report["id"], stage_2())
    assert (first.json()["version"], again.json()["version"]) == (2, 2)
    other = await put_stage_2(intake, report["id"], stage_2(outcome="recovered"))
    assert other.json()["version"] == 3
    assert len(await intake.events(report["id"])) == 3


async def test_while_treatment_goes_on_there_is_no_stage_2_clock(intake: Intake) -> None:
    report = await intake.submit()
    answer = await put_stage_2(intake, report["id"], stage_2(outcome="in_treatment"))
    assert [clock["clock"] for clock in answer.json()["clocks"]] == ["T1_KK"]
    intake.clock.advance(timedelta(days=10))
    late = await put_stage_2(intake, report["id"], stage_2(outcome="recovered"))
    assert late.json()["clocks"][1]["met"] is False
    amended = await put_stage_2(intake, report["id"], stage_2(outcome="recovered", note="Lengkap."))
    assert amended.json()["clocks"][1]["met"] is False


async def test_every_fault_of_stage_2_is_named(intake: Intake) -> None:
    report = await intake.submit()
    form = stage_2(
        examined_on="2026-11-19",
        absence_periods=[{"from": "2026-11-22", "to": "2026-11-21"}, {"from_": "2026-11-22", "to": "2026-11-23"}],
        heirs=[{"name": "Ani", "nik": "12", "relation": "neighbour"}],
    )
    answer = await put_stage_2(intake, report["id"], form)
    assert answer.status_code == 422
    found = {(error["pointer"], error["code"]) for error in answer.json()["errors"]}
    assert {
        ("/absence_periods/0/to", "period-reversed"),
        ("/absence_periods/1/from", "required"),
        ("/absence_periods/1/from_", "unknown-field"),
        ("/heirs/0/nik", "nik-format"),
        ("/heirs/0/relation", "unknown-code"),
    } == found
    dead = stage_2(
        outcome="death",
        examined_on="2026-11-20",
        absence_periods=[{"from": "2026-11-20", "to": "2026-11-20"}, {"from": "2026-11-21", "to": "2026-11-25"}],
        costs=[
            {"payee": "heir", "item": "transport", "amount_rupiah": 1, "transport_mode": "air"},
            {"payee": "heir", "item": "treatment", "amount_rupiah": 1, "transport_mode": "air"},
            {"payee": "heir", "item": "transport", "amount_rupiah": -1, "transport_mode": "rocket"},
        ],
    )
    contradicted = await put_stage_2(intake, report["id"], dead)
    assert {(error["pointer"], error["code"]) for error in contradicted.json()["errors"]} == {
        ("/absence_periods/1/to", "rest-after-death"),
        ("/costs/1/transport_mode", "mode-unused"),
        ("/costs/2/amount_rupiah", "greater-than-equal"),
        ("/costs/2/transport_mode", "unknown-code"),
    }
    early = await put_stage_2(intake, report["id"], stage_2(examined_on="2026-11-19"))
    assert [error["code"] for error in early.json()["errors"]] == ["examination-before-event"]
