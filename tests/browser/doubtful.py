"""Claims that somebody has to look at twice."""

from datetime import timedelta

from tests.browser.telling import told
from tests.support.agency_events import ACCIDENT_AT, accident_report, medical_report, random_nik
from tests.support.served_hub import ServedHub


def doubtful_pair(hub: ServedHub) -> tuple[str, str]:
    """The employer's NIK and the hospital's differ in nobody's knowledge: the hospital has none, and a like name."""
    nik, kpj = random_nik(), f"{int(random_nik()[:11]):011d}"
    older = told(hub, nik, accident_report(nik, kpj=kpj))
    second_nik = random_nik()
    told(hub, second_nik, accident_report(second_nik, kpj=kpj, org="employer:KK000001", name="Rina Wulandari"))
    visit = medical_report(None, kpj=kpj, seen_at=ACCIDENT_AT + timedelta(hours=2))
    return older, told(hub, kpj, visit)


def contradicted_claim(hub: ServedHub) -> str:
    """The employer names one hand, the hospital the other."""
    nik = random_nik()
    visit = medical_report(nik, body_parts=(("hand", "left"),))
    case_number = told(hub, nik, accident_report(nik), visit)
    hub.quiet()
    return case_number
