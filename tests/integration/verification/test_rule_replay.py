"""What a rule set would change in claims held: told claim by claim, and nothing is changed."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.verification.adapters.case_store import PostgresCaseStore
from services.verification.adapters.rule_replay import RuleReplay
from services.verification.application.case_desk import CaseDesk
from services.verification.domain.derivation import Policy
from services.verification.replay import lines, rule_set_of
from shared.postgres.database import Transaction
from shared.regulation.data_files import DATA_FOLDER, BadRuleFile
from shared.regulation.rule_sets import RuleSet, rule_set_named
from tests.support.agency_events import accident_report, random_nik
from tests.support.letter_cases import InMemoryLetters, clerk_of
from tests.support.verification_work import Work

STAGE_2 = {"outcome": "death", "examined_on": "2026-11-20", "absence_periods": [], "costs": []}


async def replayed(work: Work, rules: RuleSet) -> list[dict[str, Any]]:
    def under(transaction: Transaction) -> CaseDesk:
        store = PostgresCaseStore(transaction, work.secrets)
        return CaseDesk(
            store, work.clock, Policy(100_000_000, rules=rules), timedelta(days=6), clerk_of(InMemoryLetters())
        )

    return [json.loads(line) async for line in lines(RuleReplay(work.database, work.desk, under, rows_max=1))]


async def rows(work: Work) -> list[tuple[object, ...]]:
    """Every claim with its version and its row's own."""
    async with work.database.system_transaction() as transaction:
        found = await transaction.driver.fetch("SELECT case_number, version, xmin::text FROM claim ORDER BY 1")
        events = await transaction.driver.fetchval("SELECT count(*) FROM stream_event")
        told = await transaction.driver.fetchval("SELECT count(*) FROM outbox")
    return [*(tuple(row) for row in found), (events, told)]


async def test_replay_tells_what_would_change_and_changes_nothing(work: Work) -> None:
    dead, injured = (
        accident_report(random_nik(), stage_2=STAGE_2),
        accident_report(random_nik()),
    )
    await work.receive(dead)
    await work.receive(injured)
    (claim,) = await work.claims(dead)
    before = await rows(work)
    *found, sums = await replayed(work, rule_set_named("RS-2015"))
    assert await rows(work) == before
    (changed,) = [each for each in found if each["case_number"] == claim["case_number"]]
    assert changed["rule_set"] == "RS-2025"
    assert changed["total_now"] == claim["benefit"]["total_rupiah"]
    changes = {change["field"]: (change["now"], change["then"]) for change in changed["changes"]}
    assert changes["benefit.PERIODIC"] == (12_000_000, 4_800_000)
    assert changes["benefit.FUNERAL"] == (10_000_000, 3_000_000)
    assert changes["clocks.CLAIM_EXPIRY"][0]["due_at"].startswith("2031-11-16")
    assert changes["clocks.CLAIM_EXPIRY"][1]["due_at"].startswith("2028-11-16")
    assert (sums["claims"], sums["changed"]) == (2, len(found))
    assert sums["total_now"] - sums["total_then"] >= 14_200_000


async def test_replay_under_a_claims_own_law_changes_nothing(work: Work) -> None:
    report = accident_report(random_nik())
    await work.receive(report)
    *found, sums = await replayed(work, rule_set_named("RS-2025"))
    assert (sums["claims"], sums["changed"], found) == (1, 0, [])


def test_a_draft_is_read_from_its_file_and_judged_first(tmp_path: Path) -> None:
    draft = tmp_path / "RS-2027.yaml"
    text = (DATA_FOLDER / "rule_sets" / "RS-2025.yaml").read_text().replace("RS-2025", "RS-2027")
    draft.write_text(text.replace("from: 2025-02-24", "from: 2027-01-01"))
    assert rule_set_of(str(draft)).valid_from == date(2027, 1, 1)
    assert rule_set_of("RS-2019").rule_set == "RS-2019"
    draft.write_text(text.replace("percent: 70", "percent: 700"))
    with pytest.raises(BadRuleFile, match=r"RS-2027\.yaml:\d+: benefits\.TOTAL_PERMANENT\.percent: 700 % is over"):
        rule_set_of(str(draft))


async def test_a_draft_that_is_shipped_nowhere_is_replayed_too(work: Work, tmp_path: Path) -> None:
    draft = tmp_path / "RS-2027.yaml"
    text = (DATA_FOLDER / "rule_sets" / "RS-2025.yaml").read_text().replace("RS-2025", "RS-2027")
    draft.write_text(text.replace("amount_rupiah: 10000000", "amount_rupiah: 15000000"))
    report = accident_report(random_nik(), stage_2=STAGE_2)
    await work.receive(report)
    (claim,) = await work.claims(report)
    *found, _ = await replayed(work, rule_set_of(str(draft)))
    (changed,) = [each for each in found if each["case_number"] == claim["case_number"]]
    changes = {change["field"]: change["then"] - change["now"] for change in changed["changes"]}
    assert changes == {"benefit.FUNERAL": 5_000_000, "benefit.total": 5_000_000}
