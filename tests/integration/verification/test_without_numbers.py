"""Evidence without a common number finds its accident by likeness, under any order and any concurrency."""

import asyncio
import itertools
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.events import Event
from shared.sealing import Secrets, load_secrets, rotate
from tests.support.agency_events import ACCIDENT_AT, accident_report, medical_report, random_nik, self_report
from tests.support.verification_work import Work

BORN = "1991-07-23"
_FAMILIES = (
    "Simanjuntak", "Hutagalung", "Widyastuti", "Herlambang", "Lesmana", "Puspitasari", "Tampubolon", "Hasibuan",
)  # fmt: skip


def told_thrice(name: str, nik: str | None) -> list[Event]:
    """The employer with a NIK, the hospital and the family without any number, each as they write the name."""
    return [
        accident_report(nik, name=f"Zubaidah {name}", birth_date=BORN),
        medical_report(None, name=f"NY. ZUBAEDAH {name.upper()}", birth_date=BORN),
        self_report(None, name=f"Zubaidah {name}", birth_date="1991-07-23", occurred_at=ACCIDENT_AT),
    ]


async def basket(work: Work) -> list[dict[str, Any]]:
    async with work.database.system_transaction() as transaction:
        rows = await transaction.driver.fetch(
            "SELECT one, other, score, reasons FROM unmatched_pair WHERE state = 'open'"
        )
    return [dict(row) for row in rows]


async def of_evidence(work: Work, event: Event) -> list[dict[str, Any]]:
    return [row for row in await basket(work) if event.subject in (row["one"], row["other"])]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_three_tell_of_one_accident_in_any_order(work: Work, order: tuple[int, ...]) -> None:
    events = told_thrice("Simanjuntak", random_nik())
    await work.receive_singly([events[index] for index in order])
    (claim,) = await work.claims(*events)
    assert len(claim["evidence"]) == 3
    assert all(match["score"] >= 0.999 and "birth-date-equal" in match["reasons"] for match in claim["matches"])
    assert {id_ for match in claim["matches"] for id_ in match["evidence_ids"]} == {event.subject for event in events}
    assert not [row for event in events for row in await of_evidence(work, event)]


async def test_concurrent_first_arrivals_without_numbers_open_one_claim(work: Work) -> None:
    for family in _FAMILIES:
        events = told_thrice(family, random_nik())
        await asyncio.gather(*(work.receive(event) for event in events))
        assert len(await work.claims(*events)) == 1


async def test_a_notice_with_both_numbers_merges_a_kpj_and_a_nik_of_unlike_names(work: Work) -> None:
    nik, kpj = random_nik(), "10987654321"
    report = accident_report(None, kpj=kpj, name="Bunga", birth_date=BORN)
    visit = medical_report(nik, name="Melati", birth_date=BORN)
    await work.receive(report)
    work.clock.advance(timedelta(minutes=1))
    await work.receive(visit)
    older, _ = await work.claims(report, visit)
    both = self_report(nik, kpj=kpj, name="Bunga Melati")
    await work.receive(both)
    (claim,) = await work.claims(report, visit, both)
    assert claim["case_number"] == older["case_number"]


async def test_a_twin_is_a_pair_and_two_claims(work: Work) -> None:
    report = accident_report(random_nik(), name="Rina Hutagalung", birth_date=BORN)
    visit = medical_report(None, name="Rini Hutagalung", birth_date=BORN)
    await work.receive_singly([visit, report])
    assert len(await work.claims(report, visit)) == 2
    (pair,) = await of_evidence(work, visit)
    assert {pair["one"], pair["other"]} == {report.subject, visit.subject}
    assert "name-sibling" in pair["reasons"]
    assert 0.5 <= pair["score"] < 1


async def test_a_second_namesake_undoes_what_the_first_made_sure(work: Work) -> None:
    """The same set of evidence, whatever came first."""
    name = "Zubaidah Lesmana"
    one, two = (accident_report(random_nik(), name=name, birth_date=None) for _ in range(2))
    visit = medical_report(None, name=name, birth_date="1990-03-12")
    await work.receive_singly([one, visit])
    assert len(await work.claims(one, visit)) == 1
    await work.receive(two)
    claims = await work.claims(one, visit, two)
    assert [len(claim["evidence"]) for claim in claims] == [1, 1, 1]
    assert len(await of_evidence(work, visit)) == 2


async def test_a_worker_nobody_can_name_stands_alone_in_the_basket_until_somebody_is_like(work: Work) -> None:
    lone = self_report(None, name="Zubaidah Herlambang", birth_date=BORN)
    await work.receive(lone)
    (claim,) = await work.claims(lone)
    assert claim["state"] == "SUSPECTED"
    (row,) = await of_evidence(work, lone)
    assert (row["one"], row["other"], row["reasons"]) == (lone.subject, None, ["worker-without-number"])
    report = accident_report(random_nik(), name="Zubaidah Herlambang", birth_date=BORN)
    await work.receive(report)
    assert len(await work.claims(lone, report)) == 1
    assert await of_evidence(work, lone) == []


async def test_a_corrected_name_parts_what_the_wrong_one_joined(work: Work) -> None:
    report = accident_report(random_nik(), name="Zubaidah Tampubolon", birth_date=BORN)
    visit = medical_report(None, name="Zubaidah Tampubolon", birth_date=BORN)
    await work.receive_singly([report, visit])
    assert len(await work.claims(report, visit)) == 1
    corrected = medical_report(
        None, encounter_id=visit.subject, version=2, name="Martha Pohan", birth_date="1970-01-02"
    )
    await work.receive(corrected)
    claims = await work.claims(report, visit)
    assert sorted([item["id"] for item in claim["evidence"]] for claim in claims) == sorted(
        [[report.subject], [visit.subject]]
    )
    assert (await of_evidence(work, visit))[0]["other"] is None


async def test_a_corrected_nik_parts_what_the_wrong_one_joined(work: Work) -> None:
    wrong, right = random_nik(), random_nik()
    report, visit = accident_report(wrong), medical_report(wrong, name="Martha Pohan", birth_date="1970-01-02")
    await work.receive_singly([report, visit])
    assert len(await work.claims(report, visit)) == 1
    await work.receive(accident_report(right, report_id=report.facts.report_id, version=2))  # type: ignore[attr-defined]
    claims = await work.claims(report, visit)
    assert [len(claim["evidence"]) for claim in claims] == [1, 1]


async def test_what_likeness_is_sought_by_is_hashed(work: Work) -> None:
    visit = medical_report(None, name="Zubaidah Hasibuan", birth_date=BORN)
    await work.receive(visit)
    async with work.database.system_transaction() as transaction:
        row = await transaction.driver.fetchrow("SELECT likeness FROM evidence WHERE id = $1", visit.subject)
    assert row is not None
    assert row["likeness"]
    assert all(re.fullmatch(r"i\w+:[0-9a-f]{24}\.\d+", hash_) for hash_ in row["likeness"])


async def test_like_evidence_is_found_after_the_index_key_was_rotated(
    work: Work, secrets: Secrets, tmp_path: Path
) -> None:
    report = accident_report(random_nik(), name="Zubaidah Widyastuti", birth_date=BORN)
    await work.receive(report)
    rotate(tmp_path / "secrets", "index", {})
    later = Work(work.database, load_secrets(tmp_path / "secrets", {}))
    visit = medical_report(None, name="Zubaidah Widyastuti", birth_date=BORN)
    await later.receive(visit)
    assert len(await later.claims(report, visit)) == 1


async def test_strangers_are_not_drawn_in(work: Work) -> None:
    """They share a birth date, so they are looked at; nothing else is alike."""
    one = accident_report(random_nik(), name="Bunga Daulay", birth_date=BORN)
    other = medical_report(None, name="Ketut Sagala", birth_date=BORN)
    await work.receive_singly([one, other])
    assert len(await work.claims(one, other)) == 2
    assert [row["other"] for row in await of_evidence(work, other)] == [None]
