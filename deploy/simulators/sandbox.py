"""A hospital's sandbox: workers who do not exist, one for each answer that eligibility can give, told to a hub as BPJS
core and an employer tell it. Their NIKs are of a province that there is not, so they are nobody's; the hospital and
the employer are test clients, so that nothing of theirs meets a real claim."""

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from deploy.simulators.hr_system import HrSystem
from deploy.simulators.partner_client import PartnerClient
from deploy.simulators.people import Worker, hours_ago

EMPLOYER = "ZZ000001"
_WAGE_RUPIAH = 5_000_000
_ALL, _DEATH_ONLY = ("JKK", "JKM", "JHT"), ("JKM",)


class Register(Protocol):
    """Registers a client and answers its credentials."""

    def __call__(self, kind: str, org: str, name: str, region: str | None, *, test: bool) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Case:
    """Why a worker is covered or not. Days are counted from today; None is an open end or not told."""

    name: str
    covered: bool
    segment: str = "PU"
    programmes: tuple[str, ...] = _ALL
    ends_in_days: int | None = None
    paid_in_days: int | None = None
    is_told: bool = True
    is_reported: bool = False


CASES = (
    Case("covered", True),
    Case("covered-accident-reported", True, is_reported=True),
    Case("covered-self-insured", True, segment="BPU", paid_in_days=30),
    Case("not-active-on-day", False, ends_in_days=-30),
    Case("contributions-unpaid", False, segment="BPU", paid_in_days=-60),
    Case("other-programmes-only", False, programmes=_DEATH_ONLY),
    Case("not-registered", False, is_told=False),
)


def make_sandbox(register: Register, *, number: str, name: str, region: str) -> dict[str, Any]:
    """Credentials of a hospital's client with `sandbox.workers`: case, name, nik, kpj, birth_date, covered and, where
    the employer has reported an accident, its report_id. Raises StepFailed."""
    credentials = register("hospital", f"hospital:{number}", name, region, test=True)
    workers = [(case, _synthetic(case)) for case in CASES]
    core = PartnerClient(register("bpjs-core", "bpjs:sandbox", "Sandbox BPJS core", None, test=False))
    employer = PartnerClient(register("employer", f"employer:{EMPLOYER}", "PT Sandbox", None, test=True))
    try:
        _insure(core, workers)
        reports = {case.name: _reported(employer, worker) for case, worker in workers if case.is_reported}
    finally:
        core.close()
        employer.close()
    told = [
        {
            "case": case.name,
            "covered": case.covered,
            **asdict(worker),
            **({"report_id": reports[case.name]} if case.name in reports else {}),
        }
        for case, worker in workers
    ]
    return {**credentials, "sandbox": {"workers": told}}


def _synthetic(case: Case) -> Worker:
    pick = secrets.SystemRandom()
    year, month, day = pick.randint(1960, 1999), pick.randint(1, 12), pick.randint(1, 28)
    # The day of women's births is written with 40 added.
    nik = f"99{pick.randint(1, 9_999):04d}{day + 40:02d}{month:02d}{year % 100:02d}{pick.randint(1, 9_999):04d}"
    kpj = f"99{pick.randrange(10**9):09d}"
    return Worker(f"Sandbox {case.name.replace('-', ' ').title()}", nik, kpj, f"{year}-{month:02d}-{day:02d}")


def _insure(core: PartnerClient, workers: list[tuple[Case, Worker]]) -> None:
    lines = [json.dumps(_membership(case, worker)).encode() for case, worker in workers if case.is_told]
    core.call(
        "POST",
        "verification",
        "/v1/participants/import",
        once=True,
        content=b"\n".join(lines) + b"\n",
        headers={"Content-Type": "application/x-ndjson"},
    )


def _membership(case: Case, worker: Worker) -> dict[str, Any]:
    today = hours_ago(0).date()

    def in_days(days: int | None) -> str | None:
        return (today + timedelta(days=days)).isoformat() if days is not None else None

    return {
        **asdict(worker),
        "employer_registration_number": EMPLOYER if case.segment == "PU" else None,
        "segment": case.segment,
        "programmes": list(case.programmes),
        "wage_rupiah": _WAGE_RUPIAH,
        "active_from": date(today.year - 2, 1, 1).isoformat(),
        "active_to": in_days(case.ends_in_days),
        "contributions_paid_until": in_days(case.paid_in_days),
    }


def _reported(employer: PartnerClient, worker: Worker) -> str:
    hr = HrSystem(employer, "PT Sandbox")
    return str(hr.report(worker, hours_ago(3), "finger_right", "Jari kanan tersayat mesin (sandbox).")["report_id"])
