"""Dead letters through the operator's API."""

from uuid import uuid4

from shared.events.catalogue import CLAIM_STATE_RECORDED
from shared.identifiers import new_case_number
from shared.kafka.bus import Record
from tests.support.eventually import eventually
from tests.support.intake_service import Intake

PATH = "/v1/operations/dead-letters"


def unreadable(case_number: str) -> Record:
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(uuid4()),
        "ce_type": CLAIM_STATE_RECORDED,
        "ce_source": "/verification",
        "ce_subject": case_number,
        "ce_aggregateversion": "1",
        "content-type": "application/json",
    }
    return Record("jkk.claim-state", case_number, b'{"case_number": 7}', headers)


async def test_what_cannot_be_read_is_shown_redriven_and_discarded(intake: Intake) -> None:
    case, operator = new_case_number(2026), intake.bearer("operator:hub", "operations.manage")
    await intake.bus.publish([unreadable(case)])

    async def look() -> str | None:
        items = (await intake.http.get(PATH, headers=operator)).json()["items"]
        return next((item["id"] for item in items if item["key"] == case), None)

    letter_id = await eventually(look)
    shown = (await intake.http.get(f"{PATH}/{letter_id}", headers=operator)).json()
    assert (shown["reason_code"], shown["state"]) == ("event.schema", "open")
    again = await intake.http.post(f"{PATH}/{letter_id}/redrive", headers=operator)
    assert (again.status_code, again.json()["resolved"]) == (200, False)
    gone = await intake.http.post(f"{PATH}/{letter_id}/discard", json={"reason": "A test."}, headers=operator)
    assert (gone.status_code, gone.json()["resolved"]) == (200, True)
    assert await look() is None
    twice = await intake.http.post(f"{PATH}/{letter_id}/discard", json={"reason": "A test."}, headers=operator)
    assert twice.status_code == 409
    actions = await intake.rows("SELECT action FROM audit_log WHERE object_id = $1 ORDER BY id", letter_id)
    assert [row["action"] for row in actions] == ["dead-letter.read", "dead-letter.redrive", "dead-letter.discard"]


async def test_partners_do_not_see_dead_letters(intake: Intake) -> None:
    assert (await intake.http.get(PATH, headers=intake.bearer())).status_code == 403
