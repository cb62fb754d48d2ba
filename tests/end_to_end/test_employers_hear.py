"""An employer hears, signed and in order, whenever its report stands differently, and nothing of the worker."""

from itertools import pairwise
from typing import Any

from tests.end_to_end.conftest import World
from tests.support.eventually import eventually
from tests.support.one_accident import Accident
from tests.support.webhook_receiver import webhook_receiver

_TOLD = ("claim_state", "waiting_on", "payer_of_first_resort", "case_number")


def _standing(answer: dict[str, Any]) -> dict[str, Any]:
    """What the news says, as the report itself shows it."""
    own = [item for item in answer["checklist"] if item["required"] and item["responsible"] == "employer"]
    return {
        **{name: answer[name] for name in _TOLD},
        "documents_missing": sorted({item["document_code"] for item in own if item["state"] == "missing"}),
    }


async def test_the_last_news_of_a_report_is_how_it_stands(world: World) -> None:
    employer = world.parties.employer
    with webhook_receiver() as hears:
        made = await employer.write(
            "POST",
            "intake",
            "/v1/subscriptions",
            what="subscription",
            names=lambda made: ("", made["id"]),
            json={"url": hears.url},
        )
        hears.secret = made["secret"]
        accident = Accident(world.parties)
        for step in ("report", "bundle", "statement", "stage_2", "document", "determination"):
            await accident.play(step)
            await world.rest()

        async def heard() -> list[dict[str, Any]]:
            answer = await employer.ask("GET", "intake", f"/v1/accident-reports/{accident.report_id}")
            news = [delivery.notification for delivery in hears.verified()]
            now = _standing(answer.json())
            assert {name: news[-1][name] for name in now} == now
            return news

        news = await eventually(heard, timeout_seconds=60.0)
    states = [each["claim_state"] for each in news]
    assert states[0] != states[-1] == "CONCLUDED_WORK_ACCIDENT"
    told = [{k: v for k, v in each.items() if k not in ("notification_id", "changed_at")} for each in news]
    assert all(one != other for one, other in pairwise(told)), "each piece says something new"
    assert {each["report_id"] for each in news} == {accident.report_id}
    said = b"".join(delivery.body for delivery in hears.journal).decode()
    assert accident.nik not in said
    assert "Siti" not in said
    assert await world.broken() == []
