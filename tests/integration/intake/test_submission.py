"""Tahap I over HTTP on a real database."""

import copy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.intake.application.forms.examples import ACCIDENT_REPORT, DISEASE_REPORT
from shared.events.accident_report import AccidentReportContent, AccidentReportFacts
from tests.support.databases import ServiceDatabase
from tests.support.intake_service import EMPLOYER, NOON, OTHER_EMPLOYER, Intake, accident, running_intake


def problems(answer: Any) -> set[tuple[str, str]]:
    assert answer.headers["content-type"] == "application/problem+json"
    return {(error["pointer"], error["code"]) for error in answer.json()["errors"]}


async def refused(intake: Intake, report: Any) -> set[tuple[str, str]]:
    before = await intake.rows("SELECT count(*) FROM accident_report")
    answer = await intake.http.post("/v1/accident-reports", json=report, headers=intake.once())
    assert answer.status_code == 422, answer.text
    assert await intake.rows("SELECT count(*) FROM accident_report") == before
    return problems(answer)


def said(value: Any) -> Any:
    """The document without what is empty: leaving out, null and an empty list say the same."""
    if isinstance(value, dict):
        return {name: said(part) for name, part in value.items() if part not in (None, [], {})}
    return value


async def test_by_setting_days_off_are_left_out_of_the_time_for_stage_1(
    intake_database: ServiceDatabase, tmp_path: Path
) -> None:
    async with running_intake(intake_database, tmp_path, t1_skip_holidays=True) as skipping:
        skipping.clock.advance(timedelta(days=3))
        report = await skipping.submit()
        again = await skipping.read(report["id"])
    for shown in (report, again):
        # Friday 09.30: the weekend does not count.
        assert datetime.fromisoformat(shown["clocks"][0]["due_at"]) == datetime.fromisoformat(
            "2026-11-24T09:30:00+07:00"
        )
        assert (shown["late"], shown["payer_of_first_resort"]) == (False, "BPJS")


async def test_a_report_in_time_is_received_with_its_checklist_and_clock(intake: Intake) -> None:
    report = await intake.submit()
    assert report["id"] == report["report_id"]
    assert report["status"] == "received"
    assert report["late"] is False
    assert report["payer_of_first_resort"] == "BPJS"
    assert (report["case_number"], report["claim_state"], report["waiting_on"]) == (None, None, None)
    assert len(report["tracking_code"]) == 12
    (clock,) = report["clocks"]
    assert clock["clock"] == "T1_KK"
    assert clock["met"] is True
    assert clock["legal_basis"] == "Permenaker 1/2025 art. 8(1)"
    starts_at, due_at = datetime.fromisoformat(clock["starts_at"]), datetime.fromisoformat(clock["due_at"])
    assert due_at - starts_at == timedelta(hours=48)
    items = {item["document_code"]: item for item in report["checklist"]}
    assert items["T1"]["state"] == "provided"
    assert items["ID"] == {
        "document_code": "ID",
        "title": {"id": "KTP/paspor", "en": "Identity card or passport"},
        "required": True,
        "state": "missing",
        "responsible": "employer",
        "stage": 1,
        "legal_basis": items["ID"]["legal_basis"],
        "confidence": "certain",
    }
    assert report["warnings"] == []


async def test_the_tracking_code_is_told_once_and_stored_hashed(intake: Intake) -> None:
    report = await intake.submit()
    assert "tracking_code" not in await intake.read(report["id"])
    (row,) = await intake.rows("SELECT * FROM accident_report WHERE report_id = $1", report["id"])
    assert report["tracking_code"] not in str(dict(row))
    hashes = intake.secrets.blind_index.all("tracking-code", report["tracking_code"])
    assert row["tracking_code_hash"] in hashes


async def test_what_is_stored_and_told_holds_the_whole_form_and_shows_no_person(intake: Intake) -> None:
    sent = accident()
    report = await intake.submit(sent)
    (event,) = await intake.events(report["id"])
    assert event.type == "jkk.accident-report.submitted.v1"
    assert event.version == 1
    assert event.key.startswith("n:")
    assert isinstance(event.facts, AccidentReportFacts)
    assert event.facts.occurred_at == datetime.fromisoformat(sent["event"]["occurred_at"])
    assert event.facts.first_alert_at == datetime.fromisoformat(sent["first_alert"]["received_at"])
    assert isinstance(event.content, AccidentReportContent)
    read = await intake.read(report["id"])
    assert read["report"] == sent
    assert said(event.content.report.model_dump(mode="json")) == said(sent)
    for table in ("accident_report", "outbox", "audit_log", "idempotency_key"):
        shown = str([dict(row) for row in await intake.rows(f"SELECT * FROM {table}")])
        for secret in (sent["worker"]["nik"], sent["worker"]["kpj"], "Siti Aminah", "+6281298765432"):
            assert secret not in shown, table


async def test_a_late_report_is_accepted_and_shifts_the_payer(intake: Intake) -> None:
    late = accident()
    late["event"]["occurred_at"] = (NOON - timedelta(hours=49)).isoformat()
    report = await intake.submit(late)
    assert report["late"] is True
    assert report["payer_of_first_resort"] == "EMPLOYER"
    assert report["clocks"][0]["met"] is False
    (event,) = await intake.events(report["id"])
    assert isinstance(event.facts, AccidentReportFacts)
    assert event.facts.late
    assert event.facts.payer_of_first_resort == "EMPLOYER"


async def test_an_occupational_disease_counts_from_the_end_of_the_day_of_diagnosis(intake: Intake) -> None:
    report = await intake.submit(copy.deepcopy(DISEASE_REPORT))
    (clock,) = report["clocks"]
    assert clock["clock"] == "T1_PAK"
    assert clock["starts_at"] == "2026-11-20T00:00:00+07:00"
    assert clock["due_at"] == "2026-11-22T00:00:00+07:00"
    assert "EXPO" in {item["document_code"] for item in report["checklist"]}


async def test_warnings_never_refuse(intake: Intake) -> None:
    odd = accident(nik="9971015203900001", birth_date="1990-03-13", sex="male")
    odd["employer"]["registration_number"] = "X-1"
    report = await intake.submit(odd, org="employer:X-1")
    assert {(found["code"], found["pointer"]) for found in report["warnings"]} == {
        ("nik-province-unknown", "/worker/nik"),
        ("nik-birth-date-mismatch", "/worker/birth_date"),
        ("nik-sex-mismatch", "/worker/sex"),
        ("npp-unusual", "/employer/registration_number"),
    }


@pytest.mark.parametrize("identifier", ["nik", "kpj", "passport_number"])
async def test_one_identifier_of_the_worker_is_enough(intake: Intake, identifier: str) -> None:
    report = accident()
    kept = report["worker"].get(identifier, "C1234567")
    report["worker"] |= {"nik": None, "kpj": None, identifier: kept}
    accepted = await intake.submit(report)
    (event,) = await intake.events(accepted["id"])
    assert event.key[0] == {"nik": "n", "kpj": "k", "passport_number": "p"}[identifier]


async def test_a_worker_without_any_identifier_is_refused(intake: Intake) -> None:
    report = accident(nik=None, kpj=None)
    assert await refused(intake, report) == {("/worker", "worker-unidentified")}


async def test_every_problem_is_named_at_once_and_nothing_is_stored(intake: Intake) -> None:
    report = accident(nik="3671019903900000", kpj="12", birth_date="1990-02-30")
    report["wage"]["amount_rupiah"] = "5000000"
    report["event"] |= {"occurred_at": "2026-11-21T12:00:00+07:00", "body_parts": [], "accident_type": "sneezed"}
    del report["event"]["place"]
    report["surprise"] = True
    assert await refused(intake, report) == {
        ("/worker/nik", "nik-date"),
        ("/worker/nik", "nik-serial"),
        ("/worker/kpj", "kpj-format"),
        ("/worker/birth_date", "date-impossible"),
        ("/wage/amount_rupiah", "int-type"),
        ("/event/occurred_at", "accident-in-future"),
        ("/event/body_parts", "required"),
        ("/event/accident_type", "unknown-code"),
        ("/event/place", "required"),
        ("/surprise", "unknown-field"),
    }


def required_fields(part: dict[str, Any], pointer: str = "") -> list[str]:
    found = []
    for name, value in part.items():
        here = f"{pointer}/{name}"
        if here in ("/first_alert", "/worker/nik", "/worker/kpj", "/event/body_parts"):
            continue
        found.append(here)
        if isinstance(value, dict):
            found += required_fields(value, here)
    return found


@pytest.mark.parametrize("pointer", required_fields(ACCIDENT_REPORT))
async def test_each_field_of_the_form_is_required(intake: Intake, pointer: str) -> None:
    report = accident()
    *path, name = pointer.strip("/").split("/")
    part = report
    for step in path:
        part = part[step]
    del part[name]
    assert (pointer, "required") in await refused(intake, report)
    if pointer != "/event/police_report_number":
        part[name] = None
        assert pointer in {place for place, _ in await refused(intake, report)}


@pytest.mark.parametrize(
    ("part", "name", "value", "code"),
    [
        ("event", "occurred_at", "2026-11-20T12:06:00+07:00", "accident-in-future"),
        ("event", "occurred_at", "2026-02-30T12:00:00+07:00", "time-impossible"),
        ("event", "occurred_at", "2026-11-20T09:30:00", "time-format"),
        ("event", "occurred_at", 1_700_000_000, "time-format"),
        ("event", "occurred_at", "0001-01-01T00:00:00+14:00", "time-range"),
        ("worker", "birth_date", "2026-11-20", "birth-after-event"),
        ("worker", "birth_date", "1990-03-12T00:00:00Z", "date-format"),
        ("worker", "nik", "36710152039000011", "nik-format"),
        ("worker", "nik", 3671015203900001, "string-type"),
        ("worker", "phone", "satu dua tiga", "phone-format"),
        ("worker", "name", "", "string-too-short"),
        ("wage", "amount_rupiah", 5e6, "int-type"),
        ("wage", "amount_rupiah", True, "int-type"),
        ("wage", "amount_rupiah", -1, "greater-than-equal"),
        ("event", "body_parts", "hand_right", "tuple-type"),
        ("event", "region_code", "36", "string-pattern-mismatch"),
        ("event", "victim_count_estimate", 0, "greater-than-equal"),
        ("event", "location", {"lat": 91, "lon": 0}, "less-than-equal"),
    ],
)
async def test_a_wrong_value_is_refused_where_it_stands(
    intake: Intake, part: str, name: str, value: object, code: str
) -> None:
    report = accident()
    report[part][name] = value
    found = await refused(intake, report)
    assert code in {problem for _, problem in found}
    assert all(pointer.startswith(f"/{part}/{name}") for pointer, _ in found)


@pytest.mark.parametrize("kind", [None, "incident", 7, ["accident"]])
async def test_a_form_of_unknown_kind_still_hears_of_its_other_faults(intake: Intake, kind: object) -> None:
    report = accident(nik="1")
    report["kind"] = kind
    del report["reporter"]
    assert {("/kind", "unknown-code"), ("/worker/nik", "nik-format"), ("/reporter", "required")} <= await refused(
        intake, report
    )


@pytest.mark.parametrize("body", [[], "report", 5])
async def test_a_body_that_is_no_object_is_refused(intake: Intake, body: object) -> None:
    answer = await intake.http.post("/v1/accident-reports", json=body, headers=intake.once())
    assert answer.status_code == 422


async def test_a_date_alone_counts_from_the_end_of_its_day_at_the_place(intake: Intake) -> None:
    report = accident()
    report["event"] |= {
        "region_code": "7371",
        "occurred_at": "2026-11-20T00:00:00+08:00",
        "occurred_at_precision": "day",
    }
    accepted = await intake.submit(report)
    (clock,) = accepted["clocks"]
    assert clock["starts_at"] == "2026-11-21T00:00:00+08:00"
    assert clock["due_at"] == "2026-11-23T00:00:00+08:00"


@pytest.mark.parametrize("segment", ["PU", "PU_NON_ASN", "BPU", "JAKON", "PMI"])
async def test_every_segment_reports_with_the_same_form(intake: Intake, segment: str) -> None:
    report = accident()
    report["segment"] = segment
    accepted = await intake.submit(report)
    codes = {item["document_code"] for item in accepted["checklist"]}
    assert ("PMI" in codes, "PROJ" in codes) == (segment == "PMI", segment == "JAKON")
    assert ("pmi-phase-missing" in {found["code"] for found in accepted["warnings"]}) is (segment == "PMI")
    report["event"] |= {"pmi_phase": "during", "pmi_country": "MY"}
    assert (await intake.submit(report))["warnings"] == []


async def test_a_report_in_another_employers_name_is_forbidden(intake: Intake) -> None:
    answer = await intake.http.post("/v1/accident-reports", json=accident(), headers=intake.once(OTHER_EMPLOYER))
    assert answer.status_code == 403
    assert answer.json()["code"] == "employer.not-own"


async def test_errors_repeat_nothing_that_was_sent(intake: Intake) -> None:
    report = accident(nik="3671015203900001x", name=7, birth_date="12 Maret 1990", phone="rahasia-0812")
    answer = await intake.http.post("/v1/accident-reports", json=report, headers=intake.once())
    assert answer.status_code == 422
    for sent in ("3671015203900001", "12 Maret", "rahasia"):
        assert sent not in answer.text


async def test_every_access_and_change_is_logged(intake: Intake) -> None:
    report = await intake.submit()
    await intake.read(report["id"])
    rows = await intake.rows("SELECT * FROM audit_log WHERE object_id = $1 ORDER BY id", report["id"])
    assert [row["action"] for row in rows] == ["accident-report.submit", "accident-report.read"]
    assert {(row["org"], row["client_id"], row["object_type"]) for row in rows} == {
        (EMPLOYER, "test-client", "accident-report")
    }
