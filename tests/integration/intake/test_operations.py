"""Dead letters through the operator's API."""

from dataclasses import replace
from uuid import uuid4

import orjson

from shared.events.catalogue import CLAIM_STATE_RECORDED
from shared.identifiers import new_case_number
from shared.kafka.bus import Record
from tests.support.eventually import eventually
from tests.support.intake_service import Intake

PATH = "/v1/operations/dead-letters"
CLAIM = orjson.dumps(
    {
        "case_number": "CASE",
        "claim_version": 1,
        "decision_version": "none",
        "state": "REPORTED",
        "waiting_on": "hospital",
        "open": True,
        "updated_at": "2026-11-20T09:30:00Z",
    }
)


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
    letter_id = await dead(intake, case, b'{"case_number": 7}')

    async def look() -> str | None:
        items = (await intake.http.get(PATH, headers=operator)).json()["items"]
        return next((item["id"] for item in items if item["key"] == case), None)

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


async def dead(intake: Intake, case: str, value: bytes) -> str:
    """The id of the dead letter that this value of a claim's state becomes."""
    await intake.bus.publish([replace(unreadable(case), value=value)])
    operator = intake.bearer("operator:hub", "operations.manage")

    async def look() -> str | None:
        items = (await intake.http.get(PATH, headers=operator)).json()["items"]
        return next((item["id"] for item in items if item["key"] == case), None)

    return str(await eventually(look))


async def test_what_it_says_is_masked_until_a_purpose_is_named_and_all_of_it_is_recorded(intake: Intake) -> None:
    case, operator = new_case_number(2026), intake.bearer("operator:hub", "operations.manage")
    letter_id = await dead(intake, case, CLAIM.replace(b"CASE", case.encode()))
    shown = (await intake.http.get(f"{PATH}/{letter_id}/payload", headers=operator)).json()
    assert (shown["form"], shown["masked"], shown["editable"]) == ("event", True, True)
    assert shown["facts"]["case_number"] == shown["facts"]["state"] == "•••"
    assert [problem["pointer"] for problem in shown["problems"]] == ["/facts/decision_version"]
    nothing = await intake.http.post(f"{PATH}/{letter_id}/reveal", json={}, headers=operator)
    assert nothing.status_code == 422
    officer = {"purpose": "mend", "officer": {"id": "local:rudi", "name": "Rudi"}}
    clear = (await intake.http.post(f"{PATH}/{letter_id}/reveal", json=officer, headers=operator)).json()
    assert (clear["masked"], clear["facts"]["case_number"]) == (False, case)

    wrong = {"based_on": 0, "facts": clear["facts"] | {"state": "OPEN"}, "reason": "?"}
    refused = await intake.http.post(f"{PATH}/{letter_id}/edits", json=wrong, headers=operator)
    assert refused.status_code == 422
    assert {each["pointer"] for each in refused.json()["errors"]} == {"/facts/decision_version", "/facts/state"}
    mended = {"based_on": 0, "facts": clear["facts"] | {"decision_version": 0}, "reason": "It was text."}
    made = await intake.http.post(
        f"{PATH}/{letter_id}/edits", json=mended | {"officer": officer["officer"]}, headers=operator
    )
    assert (made.status_code, made.json()["changed"]) == (201, ["/facts/decision_version"])
    again = await intake.http.post(f"{PATH}/{letter_id}/edits", json=mended, headers=operator)
    assert again.status_code == 409
    done = await intake.http.post(f"{PATH}/{letter_id}/redrive", headers=operator)
    assert (done.json()["resolved"], done.json()["edit"]) == (True, 1)

    audit = await intake.rows(
        "SELECT action, officer, detail FROM audit_log WHERE object_id = $1 ORDER BY id", letter_id
    )
    assert [(row["action"].removeprefix("dead-letter."), row["officer"]) for row in audit] == [
        ("read-masked", None),
        ("reveal", "local:rudi"),
        ("edit", "local:rudi"),
        ("redrive", None),
    ]
    assert orjson.loads(audit[1]["detail"]) == {"edit": 0, "purpose": "mend"}
    assert orjson.loads(audit[2]["detail"]) == {"edit": 1, "changed": ["/facts/decision_version"]}


async def test_what_is_no_event_is_shown_as_text_and_nobody_may_mend_it(intake: Intake) -> None:
    case, operator = new_case_number(2026), intake.bearer("operator:hub", "operations.manage")
    letter_id = await dead(intake, case, b"no event")
    shown = (await intake.http.get(f"{PATH}/{letter_id}/payload", headers=operator)).json()
    assert (shown["form"], shown["text"], shown["editable"]) == ("text", None, False)
    clear = await intake.http.post(f"{PATH}/{letter_id}/reveal", json={"purpose": "inspection"}, headers=operator)
    assert clear.json()["text"] == "no event"
    edit = {"based_on": 0, "facts": {}, "reason": "?"}
    refused = await intake.http.post(f"{PATH}/{letter_id}/edits", json=edit, headers=operator)
    assert (refused.status_code, refused.json()["code"]) == (409, "dead-letter.not-editable")
