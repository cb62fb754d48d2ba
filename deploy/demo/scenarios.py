"""The three accidents of the demo."""

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from deploy.demo.story import Story
from deploy.simulators.bpjs_core import BpjsCore
from deploy.simulators.hospital import Hospital, Stored, Visit
from deploy.simulators.hr_system import WAGE_RUPIAH, HrSystem
from deploy.simulators.labour_office import LabourOffice
from deploy.simulators.partner_client import StepFailed
from deploy.simulators.people import Worker, hours_ago, new_worker
from deploy.simulators.verifier import ClaimStream, Verifier

EMPLOYER, HOSPITAL, OFFICE, BPJS, CORE = "employer", "hospital", "Disnaker Banten", "BPJS verifier", "BPJS core"
_POLL_SECONDS = 0.02
_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Cast:
    """Who plays."""

    hr: HrSystem
    hospital: Hospital
    office: LabourOffice
    verifier: Verifier
    core: BpjsCore
    stream: ClaimStream

    def story(self, title: str) -> Story:
        return Story(title, self.stream, self.verifier)

    def case_of_report(self, report: dict[str, Any]) -> str:
        """The number that the employer sees on its own report."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            case_number = self.hr.read(report["report_id"])["case_number"]
            if case_number:
                return str(case_number)
            time.sleep(_POLL_SECONDS)
        raise StepFailed("the report never became a claim")

    def case_of_visit(self, stored: Stored, since: int) -> str:
        """The claim on the stream that holds the visit: the answer to a Bundle names none."""
        looked_at: set[str] = set()
        while True:
            change = self.stream.wait_for(lambda each: each.case_number not in looked_at, since=since)
            looked_at.add(change.case_number)
            evidence = self.verifier.claim(change.case_number)["evidence"]
            if stored.encounter_id in [each["id"] for each in evidence]:
                return change.case_number


def caught_hand(cast: Cast, story: Story) -> None:
    """Scenario 1: everybody does their part, and the benefit is approved."""
    worker, occurred_at = new_worker("Siti Aminah"), hours_ago(20)
    cast.core.register(worker, cast.hr.registration_number, WAGE_RUPIAH, hours_ago(24 * 800).date())
    story.note(CORE, "has told the hub of the worker's membership and wage")
    began = time.monotonic()
    report = story.first_step(
        EMPLOYER,
        "reports the accident (Tahap I)",
        lambda: cast.hr.report(worker, occurred_at, "thumb_right", "Ibu jari kanan terjepit mesin press."),
        cast.case_of_report,
    )
    report_id, case_number = report["report_id"], str(story.case_number)
    opened = cast.office.notified(case_number, "case.opened")
    story.note(OFFICE, "receives case.opened, signature verified", (opened.at - began) * 1000)
    cast.office.acknowledge(opened, "PPK-1")
    story.note(OFFICE, "acknowledges the notification")
    today = hours_ago(0).date()
    stored = _treated(cast, story, worker, occurred_at)
    story.step(
        EMPLOYER,
        "applies for the benefit (Tahap II)",
        lambda: cast.hr.apply_for_benefit(report_id, today, (occurred_at.date(), today)),
    )
    _send_missing_papers(cast, story, report_id)
    _send_images_asked_for(cast, story, stored)
    claim = story.expect(state="READY_FOR_REVIEW", waiting_on="bpjs")
    amount = claim["benefit"]["total_rupiah"]
    if amount <= 0:
        raise StepFailed("no benefit was calculated")
    story.note("hub", f"calculates a benefit of Rp {amount:,}".replace(",", "."))
    story.step(
        BPJS,
        "approves the benefit",
        lambda: cast.verifier.decide(case_number, "approve_benefit", "Syarat lengkap.", amount_rupiah=amount),
    )
    _pay(cast, story, story.expect(state="BENEFIT_APPROVED"), today)


def _treated(cast: Cast, story: Story, worker: Worker, occurred_at: datetime) -> Stored:
    """The hospital's part: the visit, what it is asked for then, and the doctor's statement."""
    today = hours_ago(0).date()
    diagnoses = (("S67.0", "Crush injury of right thumb (ibu jari kanan)"), ("W31", "Contact with machinery"))
    visit = Visit(worker, hours_ago(19), occurred_at, diagnoses)
    stored = story.step(HOSPITAL, "sends the visit (transaction Bundle)", lambda: cast.hospital.send_visit(visit))
    task = cast.hospital.wait_for_request(stored, "DOC", "requested")
    story.note(HOSPITAL, f"reads that the claim needs: {task['code']['text']}")
    said = {
        "Tanggal kecelakaan": occurred_at.date().isoformat(),
        "Anamnesa": "Ibu jari kanan terjepit mesin press.",
        "Diagnosis": "Crush injury of right thumb",
        "Anggota badan": "thumb_right",
        "Hasil": "Cacat fungsi, kehilangan fungsi 40 %",
        "Istirahat": f"{occurred_at.date().isoformat()} s/d {today.isoformat()}",
    }
    story.step(
        HOSPITAL, "sends the doctor's statement (3b KK 3)", lambda: cast.hospital.send_statement(stored, said, today)
    )
    cast.hospital.wait_for_request(stored, "DOC", "completed")
    story.note(HOSPITAL, "reads that its statement has arrived")
    return stored


def _pay(cast: Cast, story: Story, claim: dict[str, Any], paid_on: date) -> None:
    """BPJS core confirms line by line; with the last one the claim is closed."""
    case_number = claim["case_number"]
    for number, line in enumerate(claim["benefit"]["lines"]):
        reference = f"PAY-{case_number}-{number}"
        story.step(
            CORE,
            f"confirms the payment of {line['benefit']}",
            lambda line=line, reference=reference: cast.core.pay(case_number, line, paid_on, reference),  # type: ignore[misc]
        )
    story.expect(state="CLOSED", waiting_on="none")


def _send_missing_papers(cast: Cast, story: Story, report_id: str) -> None:
    for code in _missing(cast, story, "employer"):
        story.step(EMPLOYER, f"sends the paper {code}", lambda code=code: cast.hr.send_paper(report_id, code))  # type: ignore[misc]


def _send_images_asked_for(cast: Cast, story: Story, stored: Stored) -> None:
    """A disability is shown by an X-ray, which the hospital is asked for once the outcome is known."""
    for code in _missing(cast, story, "hospital"):
        task = cast.hospital.wait_for_request(stored, code, "requested")
        story.note(HOSPITAL, f"reads that the claim needs: {task['code']['text']}")
        story.step(HOSPITAL, f"sends the paper {code}", lambda: cast.hospital.send_image(stored, "Foto rontgen jari"))


def _missing(cast: Cast, story: Story, responsible: str) -> list[str]:
    checklist = cast.verifier.claim(str(story.case_number))["checklist"]
    return [
        each["document_code"]
        for each in checklist
        if each["required"] and each["state"] == "missing" and each["responsible"] == responsible
    ]


def hospital_first(cast: Cast, story: Story) -> None:
    """Scenario 2: the hospital tells first, the employer too late, and the payer of first resort changes."""
    worker, occurred_at = new_worker("Dewi Lestari"), hours_ago(9 * 24)
    diagnoses = (
        ("S61.0", "Open wound of finger (jari kanan)"),
        ("Y96", "Work-related condition"),
    )
    visit = Visit(worker, occurred_at + timedelta(hours=1), occurred_at, diagnoses)
    since = cast.stream.count()
    began = time.monotonic()
    story.first_step(
        HOSPITAL,
        "reports an emergency patient first",
        lambda: cast.hospital.send_visit(visit),
        lambda stored: cast.case_of_visit(stored, since),
    )
    case_number = str(story.case_number)
    story.expect(state="SUSPECTED", waiting_on="employer", payer_of_first_resort="BPJS")
    opened = cast.office.notified(case_number, "case.opened")
    story.note(OFFICE, "receives case.opened, signature verified", (opened.at - began) * 1000)
    report = story.step(
        EMPLOYER,
        "reports the accident, nine days late",
        lambda: cast.hr.report(worker, occurred_at, "finger_right", "Jari kanan tersayat pelat."),
    )
    if not report["late"] or cast.case_of_report(report) != case_number:
        raise StepFailed("the late report did not join the hospital's claim as a late one")
    claim = story.expect(state="REPORTED", payer_of_first_resort="EMPLOYER")
    if {each["source"] for each in claim["evidence"]} != {"intake", "hospital_gateway"}:
        raise StepFailed("the claim does not hold both reports")
    story.note("hub", "the payer of first resort is now the employer (Permenaker 1/2025 art. 8)")


def contradiction(cast: Cast, story: Story) -> None:
    """Scenario 3: two agencies contradict each other, and an inspector settles it."""
    worker, occurred_at = new_worker("Ratna Sari"), hours_ago(30)
    story.first_step(
        EMPLOYER,
        "reports an injured right hand (Tahap I)",
        lambda: cast.hr.report(worker, occurred_at, "hand_right", "Tangan kanan terjepit mesin press."),
        cast.case_of_report,
    )
    case_number = str(story.case_number)
    onset = occurred_at - timedelta(days=1)
    diagnoses = (("S61.8", "Open wound of left hand (tangan kiri)"), ("W31", "Contact with machinery"))
    visit = Visit(worker, occurred_at + timedelta(hours=2), onset, diagnoses)
    story.step(HOSPITAL, "sends a visit: left hand, a day earlier", lambda: cast.hospital.send_visit(visit))
    claim = story.expect(waiting_on="bpjs")
    open_fields = {each["field"]: each for each in claim["discrepancies"] if each["state"] == "open"}
    if not {"injury_side", "occurred_on"} <= set(open_fields):
        raise StepFailed(f"the contradictions were not seen: {sorted(open_fields)}")
    for name, each in open_fields.items():
        values = " against ".join(str(one["value"]) for one in each["values"])
        story.note("hub", f"discrepancy {name}: {values}")
    began = time.monotonic()
    story.step(
        BPJS,
        "refers the case to Disnaker",
        lambda: cast.verifier.decide(case_number, "refer_to_disnaker", "Tanggal dan sisi cedera bertentangan."),
    )
    story.expect(state="AWAITING_DETERMINATION", waiting_on="disnaker")
    asked = cast.office.notified(case_number, "determination.requested")
    story.note(OFFICE, "receives determination.requested, signature verified", (asked.at - began) * 1000)
    cast.office.read_case(case_number)
    story.step(
        OFFICE,
        "determines: WORK_ACCIDENT (penetapan)",
        lambda: cast.office.determine(case_number, "WORK_ACCIDENT", hours_ago(0).date()),
    )
    claim = story.expect(state="CONCLUDED_WORK_ACCIDENT")
    if any(each["state"] == "open" for each in claim["discrepancies"] if each["severity"] == "high"):
        raise StepFailed("the determination did not settle the contradiction")
    story.note("hub", "the determination settles the discrepancies")


SCENARIOS = (
    ("A press operator's thumb is caught: everybody does their part", caught_hand),
    ("The hospital tells first, the employer too late", hospital_first),
    ("Date and side contradict: an inspector determines", contradiction),
)
