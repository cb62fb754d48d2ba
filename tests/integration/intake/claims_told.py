"""What verification tells intake of the claims that reports became."""

from datetime import datetime, timedelta
from typing import Any

from shared.events import encode, new_event
from shared.events.catalogue import CLAIM_STATE_RECORDED
from shared.events.claim import ClaimStateRecorded
from shared.events.envelope import ChecklistEntry
from shared.events.vocabulary import ChecklistState, ClaimState, WaitingOn
from shared.identifiers import new_case_number
from shared.kafka.bus import Record
from tests.support.eventually import eventually
from tests.support.intake_service import NOON, Intake


def told(intake: Intake, case_number: str, version: int, report_ids: list[str], **facts: Any) -> Record:
    """One record of `jkk.claim-state`."""
    at: datetime = facts.pop("at", NOON + timedelta(seconds=version))
    values: dict[str, Any] = {
        "case_number": case_number,
        "claim_version": version,
        "decision_version": 0,
        "state": ClaimState.AWAITING_DOCUMENTS,
        "waiting_on": WaitingOn.EMPLOYER,
        "open": True,
        "report_ids": tuple(report_ids),
        "updated_at": at,
        **facts,
    }
    event = new_event(
        CLAIM_STATE_RECORDED,
        subject=case_number,
        version=version,
        key=case_number,
        facts=ClaimStateRecorded(**values),
        time=at,
    )
    wire = encode(event, intake.secrets.sealer)
    return Record(wire.topic, wire.key, wire.value, wire.headers)


def entry(code: str, state: ChecklistState) -> ChecklistEntry:
    return ChecklistEntry(
        document_code=code, required=True, state=state, responsible="employer", legal_basis="Permenaker 1/2025"
    )


async def until_claim(intake: Intake, report_id: str, **expected: Any) -> dict[str, Any]:
    async def look() -> dict[str, Any]:
        report = await intake.read(report_id)
        for name, value in expected.items():
            assert report[name] == value, name
        return report

    return await eventually(look)


async def all_handled(intake: Intake) -> None:
    """A last event that comes behind everything else of every key has been handled."""
    marker, cases = await intake.submit(), [new_case_number(2026) for _ in range(60)]
    await intake.bus.publish([told(intake, case, 1, [marker["id"]]) for case in cases])

    async def look() -> bool:
        rows = await intake.rows("SELECT count(*) AS links FROM report_claim WHERE report_id = $1", marker["id"])
        return bool(rows[0]["links"] == len(cases))

    await eventually(look)
