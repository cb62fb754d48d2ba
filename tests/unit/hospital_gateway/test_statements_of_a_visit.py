"""The doctor's statement (3b KK 3) in every form that hospitals send it in."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from services.hospital_gateway.domain.care import Disability
from services.hospital_gateway.domain.visit import Days, Moment
from tests.support.visits import OURS, ZONE, coded, composition, finding, statement, visit


def losses(said: str) -> list[tuple[str | None, str | None, Decimal | None, str | None]]:
    found = statement(composition({"Hasil": said})).disabilities
    return [(one.kind, one.part, one.percent, one.code) for one in found]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Cacat fungsi ibu jari kanan 40 % (empat puluh persen)", [("functional", "thumb_right", 40, None)]),
        ("Cacat anatomis: amputasi telunjuk kiri", [("anatomical", "index_finger_left", None, None)]),
        (
            "Cacat fungsi ibu jari kanan 40 % dan telunjuk 12,5 persen",
            [("functional", "thumb_right", 40, None), ("functional", "index_finger_right", Decimal("12.5"), None)],
        ),
        (
            "Cacat anatomis jari manis tangan kiri; cacat fungsi pergelangan tangan kiri 25%",
            [("anatomical", "finger_left", None, None), ("functional", "wrist_left", 25, None)],
        ),
        ("Cacat fungsi P15 40 %", [("functional", None, 40, "P15")]),
        ("Cacat sebagian fungsi kedua mata 30 %", [("functional", "eyes_both", 30, None)]),
        ("Cacat anatomis kedua ibu jari", [("anatomical", "thumb_left", None, None), ("anatomical", "thumb_right",
         None, None)]),
        ("Cacat anatomis ibu jari kaki kanan", [("anatomical", "big_toe_right", None, None)]),
        ("Cacat fungsi mata kaki kanan 10 %", [("functional", "ankle_right", 10, None)]),
        ("Cacat fungsi tangan kanan 140 %", [("functional", "hand_right", None, None)]),
        ("Sembuh tanpa cacat", []),
        ("Masih dalam pengobatan, tangan kanan", []),
    ],
)  # fmt: skip
def test_disabilities_are_read_from_a_doctors_words(said: str, expected: list[Any]) -> None:
    assert losses(said) == expected


@pytest.mark.parametrize(
    ("said", "periods"),
    [
        ("2026-11-21 s/d 2026-12-04", [(21, 11, 4, 12)]),
        ("21 November 2026 s.d. 4 Des 2026", [(21, 11, 4, 12)]),
        ("21/11/2026 - 25/11/2026 dan 01-12-2026 s/d 05-12-2026", [(21, 11, 25, 11), (1, 12, 5, 12)]),
        ("7 (tujuh) hari sejak 21-11-2026", [(21, 11, 27, 11)]),
        ("2 minggu mulai 21 Nov 2026", [(21, 11, 4, 12)]),
        ("21-11-2026", [(21, 11, 21, 11)]),
        ("secukupnya", []),
        ("99-99-2026", []),
    ],
)
def test_rest_is_read_however_the_days_are_written(said: str, periods: list[tuple[int, int, int, int]]) -> None:
    expected = tuple(Days(date(2026, m1, d1), date(2026, m2, d2)) for d1, m1, d2, m2 in periods)
    assert statement(composition({"Diberikan istirahat": said})).rest == expected


def test_two_statements_of_one_visit_are_read_together_and_the_later_one_counts() -> None:
    first = composition(
        {"Hasil": "Masih dalam pengobatan", "Anamnesa": "Terjepit", "Istirahat": "2026-11-21 s/d 2026-11-28"}
    )
    last = composition(
        {"Hasil": "Cacat fungsi ibu jari kanan 40 %", "Istirahat": "2026-11-29 s/d 2026-12-10"},
        date="2026-12-11", title="3b KK 3 akhir",
    )  # fmt: skip
    for order in ([first, last], [last, first]):
        said = statement(*order)
        assert (said.outcome, said.anamnesis, said.signed_on) == ("partial_functional", "Terjepit", date(2026, 12, 11))
        assert said.rest == (
            Days(date(2026, 11, 21), date(2026, 11, 28)),
            Days(date(2026, 11, 29), date(2026, 12, 10)),
        )
    healed = composition({"Hasil": "Sembuh tanpa cacat"}, date="2027-01-11")
    assert statement(first, last, healed).disabilities == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "preliminary"},
        {"status": "entered-in-error"},
        {"type": {"text": "Resume medis"}, "title": "Resume medis rawat inap"},
    ],
)
def test_a_draft_or_another_document_is_no_statement(changes: dict[str, Any]) -> None:
    assert visit(composition({"Hasil": "Sembuh"}, **changes)).statement is None


def test_a_document_that_another_one_replaces_says_nothing() -> None:
    wrong = composition({"Hasil": "Meninggal dunia 22-11-2026 jam 14.30", "Catatan": "salah"}, id="a")
    right = composition(
        {"Hasil": "Sembuh"}, relatesTo=[{"code": "replaces", "targetReference": {"reference": "Composition/a"}}]
    )
    assert statement(wrong).died_at == Moment(datetime(2026, 11, 22, 14, 30, tzinfo=ZONE))
    assert (statement(right, wrong).outcome, statement(right, wrong).note) == ("recovered", None)


@pytest.mark.parametrize(
    ("resource", "how"),
    [
        ({"type": coded("http://loinc.org", "52070-0")}, "document"),
        ({"description": "Scan surat keterangan dokter pemeriksa"}, "document"),
        ({"type": {"text": "Form KK4"}}, "document"),
        ({"type": coded(f"{OURS}form", "3b-kk-3")}, "document"),
    ],
)
def test_a_scan_is_a_statement_by_its_type_or_title(resource: dict[str, Any], how: str) -> None:
    scan = {"resourceType": "DocumentReference", "status": "current", "date": "2026-11-28T09:00:00+07:00", **resource}
    assert (statement(scan).recognised_as, statement(scan).signed_on) == (how, date(2026, 11, 28))
    assert visit({**scan, "docStatus": "preliminary"}).statement is None


@pytest.mark.parametrize(("words", "code"), [("3b PAK 3", "3b PAK 3"), ("KK 5", "3b PAK 3"), ("KK4", "3b KK 3")])
def test_the_form_of_a_disease_is_told_from_that_of_an_accident(words: str, code: str) -> None:
    assert statement(composition({}, type={"text": words}, title="Surat keterangan dokter")).form_code == code


def test_what_is_coded_counts_before_what_is_written() -> None:
    disability = finding(
        "disability",
        bodySite=coded(f"{OURS}body-part", "thumb_right"),
        valueQuantity={"value": 40, "unit": "%"},
        component=[
            {"code": {"text": "jenis"}, "valueCodeableConcept": coded(f"{OURS}disability-kind", "functional")},
            {"code": {"text": "tabel"}, "valueCodeableConcept": coded(f"{OURS}disability", "P15")},
        ],
    )
    said = statement(
        composition({"Hasil": "Cacat fungsi jempol kanan", "Istirahat": "2026-11-21 s/d 2026-11-22"}),
        disability,
        finding("outcome", valueCodeableConcept=coded(f"{OURS}outcome", "partial_functional")),
        finding("rest-period", valuePeriod={"start": "2026-11-21", "end": "2026-12-04"}),
        finding("rest-period", valuePeriod={"start": "2026-12-10", "end": "2026-12-12"}),
        finding("work-capacity", valueCodeableConcept=coded(f"{OURS}work-capacity", "light")),
        finding("accident-date", valueDateTime="2026-11-20"),
        finding("prosthesis", valueBoolean=False),
    )
    [loss] = said.disabilities
    assert (loss.kind, loss.part, loss.percent, loss.code) == ("functional", "thumb_right", Decimal(40), "P15")
    assert [one.last for one in said.rest] == [date(2026, 12, 4), date(2026, 12, 12)]
    assert (said.outcome, said.work_capacity, said.accident_on) == ("partial_functional", "light", date(2026, 11, 20))
    assert said.prosthesis == "tidak diperlukan"


def test_a_percentage_coded_alone_is_of_the_part_that_was_written() -> None:
    said = statement(
        composition({"Hasil": "Cacat fungsi ibu jari kanan"}),
        finding("function-loss-percent", valueQuantity={"value": 40, "unit": "%"}),
    )
    assert [(one.part, one.percent) for one in said.disabilities] == [("thumb_right", Decimal(40))]


def test_observations_make_a_statement_only_if_they_conclude_something() -> None:
    rest = finding("rest-period", valuePeriod={"start": "2026-11-21", "end": "2026-12-04"})
    assert visit(rest).statement is None
    assert [paper.kind for paper in visit(rest).papers] == ["rest_letter"]
    capacity = {
        "resourceType": "Observation", "status": "final", "code": {"text": "Kemampuan kerja setelah sembuh"},
        "valueString": "Dapat bekerja ringan",
    }  # fmt: skip
    said = statement(rest, capacity)
    assert (said.work_capacity, said.recognised_as, len(said.rest)) == ("light", "observations", 1)
    assert visit({**capacity, "status": "preliminary"}).statement is None


@pytest.mark.parametrize(
    ("title", "said", "field", "expected"),
    [
        ("Memerlukan prothesa", "Prothesa tangan mioelektrik", "prosthesis", "Prothesa tangan mioelektrik"),
        (
            "Hasil",
            "Cacat anatomis tangan kanan, memerlukan prothesa tangan",
            "prosthesis",
            "memerlukan prothesa tangan",
        ),
        ("Orthosa", "Wrist brace", "orthosis", "Wrist brace"),
        ("Komorbiditas/komplikasi", "Diabetes", "comorbidity", "Diabetes"),
        ("Setelah sembuh dapat bekerja", "Tidak dapat bekerja", "work_capacity", "none"),
        ("Hasil", "Meninggal dunia tanggal 22 November 2026", "outcome", "death"),
    ],
)
def test_each_field_is_read_from_its_section(title: str, said: str, field: str, expected: str) -> None:
    assert getattr(statement(composition({title: said})), field) == expected


def test_sections_are_known_by_code_before_title() -> None:
    section = {"title": "Catatan", "code": coded(f"{OURS}form-section", "physical-examination")}
    other = {"title": "S", "code": coded("http://loinc.org", "10164-2")}
    text = {"status": "generated", "div": "<div>Luka robek</div>"}
    said = statement(composition({}, section=[{**section, "text": text}, {**other, "text": text}]))
    assert (said.physical_examination, said.anamnesis, said.note) == ("Luka robek", "Luka robek", None)


def test_the_doctor_is_told_with_licences() -> None:
    doctor = {
        "resourceType": "Practitioner", "id": "d", "name": [{"text": "dr. Sari, Sp.OT"}],
        "identifier": [
            {"system": "https://fhir.kemkes.go.id/id/nakes-his-number", "value": "10009880728"},
            {"system": "https://fhir.kemkes.go.id/id/str-kki-number", "value": "STR-1"},
        ],
        "qualification": [{"identifier": [{"value": "SIP-9"}], "code": {"text": "Surat Izin Praktik (SIP)"}}],
        "telecom": [{"system": "phone", "value": "+62811"}],
    }  # fmt: skip
    signer = {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"reference": "Practitioner/d"}}
    for author in ("Practitioner/d", "PractitionerRole/r"):
        said = statement(composition({}, author=[{"reference": author}]), doctor, signer)
        assert (said.doctor_name, said.doctor_number, said.licence, said.practice, said.doctor_phone) == (
            "dr. Sari, Sp.OT", "10009880728", "STR-1", "SIP-9", "+62811",
        )  # fmt: skip


def test_a_statement_without_an_author_is_signed_by_its_provenance() -> None:
    provenance = {
        "resourceType": "Provenance", "target": [{"reference": "Composition/c/_history/1"}],
        "recorded": "2026-11-29T08:00:00+07:00", "agent": [{"who": {"display": "dr. Andi"}}],
        "signature": [{"type": [{"code": "1"}], "when": "2026-11-29T08:00:00+07:00", "who": {"display": "dr. Andi"}}],
    }  # fmt: skip
    unsigned = composition({"Hasil": "Sembuh"}, id="c")
    del unsigned["date"]
    said = visit(unsigned, provenance)
    assert said.statement is not None
    assert (said.statement.doctor_name, said.statement.signed_on) == ("dr. Andi", date(2026, 11, 29))
    assert [(one.target, one.signed) for one in said.care.signatures] == [("Composition/c", True)]


def test_answers_fill_the_form_by_link_or_by_question() -> None:
    answers = {
        "resourceType": "QuestionnaireResponse", "status": "completed", "authored": "2026-11-28",
        "item": [
            {"linkId": "outcome", "answer": [{"valueString": "Cacat fungsi"}]},
            {"linkId": "disability_body_part", "answer": [{"valueString": "Ibu jari kanan"}]},
            {"linkId": "function_loss_percent", "answer": [{"valueDecimal": 40}]},
            {"linkId": "q7", "text": "Diberikan istirahat", "answer": [{"valueString": "2026-11-21 s/d 2026-12-04"}]},
        ],
    }  # fmt: skip
    said = statement(answers)
    assert said.recognised_as == "questionnaire"
    assert said.disabilities == (Disability("functional", "thumb_right", Decimal(40), None, "Ibu jari kanan"),)
    assert len(said.rest) == 1
    assert visit({**answers, "status": "in-progress"}).statement is None
