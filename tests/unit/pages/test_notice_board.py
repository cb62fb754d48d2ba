"""What the hub tells of itself is shown while it is known and concerns the page, and never in the way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from shared.clock import FixedClock
from shared.settings import NoticeSettings
from shared.web.pages.notices import NoticeBoard, public_notices

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SETTINGS = NoticeSettings.model_construct(notices_seconds=15.0, notices_forget_seconds=600.0)


def told(name: str, begins: float, ends: float | None, **changes: Any) -> dict[str, Any]:
    """`begins` and `ends` in hours from noon."""
    return {
        "id": name,
        "kind": "maintenance",
        "state": "scheduled",
        "audience": "everybody",
        "services": ["intake"],
        "title": {"id": name, "en": name},
        "text": {"id": name, "en": name},
        "begins_at": (NOON + timedelta(hours=begins)).isoformat(),
        "ends_at": None if ends is None else (NOON + timedelta(hours=ends)).isoformat(),
        **changes,
    }


class Registry:
    """Answers with `items`, or as `broken`."""

    def __init__(self, *items: Any) -> None:
        self.items = list(items)
        self.broken: Exception | None = None

    async def fetch(self) -> Any:
        if self.broken is not None:
            raise self.broken
        return {"items": self.items}


def board_of(registry: Registry, clock: FixedClock | None = None, **changes: Any) -> NoticeBoard:
    settings = SETTINGS.model_copy(update=changes)
    return NoticeBoard("intake", registry.fetch, settings, clock or FixedClock(NOON))


async def test_what_goes_on_stands_before_what_comes_and_incidents_before_all() -> None:
    registry = Registry(
        told("tonight", 9, 11),
        told("now", -1, 1),
        told("next week", 150, 160),
        told("over", -3, -1),
        told("broken", -1, None, kind="incident"),
    )
    board = board_of(registry)
    await board.look()
    assert [(each.id, each.upcoming) for each in board.current()] == [
        ("broken", False),
        ("now", False),
        ("tonight", True),
    ]


async def test_only_what_is_for_everybody_and_concerns_the_service_is_for_its_public_pages() -> None:
    registry = Registry(
        told("ours", -1, 1),
        told("partners'", -1, 1, audience="partners"),
        told("others'", -1, 1, services=["partners"]),
    )
    board = board_of(registry)
    await board.look()
    assert {each.id: each.here for each in board.current()} == {"ours": True, "partners'": False, "others'": False}


async def test_what_is_over_goes_without_being_asked_again() -> None:
    clock = FixedClock(NOON)
    board = board_of(Registry(told("now", -1, 1)), clock)
    await board.look()
    clock.advance(timedelta(hours=1))
    assert list(board.current()) == []


@pytest.mark.parametrize("broken", [httpx.ConnectError("x"), httpx.ReadTimeout("x"), ValueError("x")])
async def test_what_was_known_is_shown_while_nobody_answers_and_then_forgotten(broken: Exception) -> None:
    registry = Registry(told("now", -1, 1))
    board = board_of(registry)
    await board.look()
    registry.broken = broken
    await board.look()
    assert [each.id for each in board.current()] == ["now"]
    assert board.problems() == []
    forgetful = board_of(Registry(told("now", -1, 1)), notices_forget_seconds=-1.0)
    await forgetful.look()
    assert list(forgetful.current()) == []


@pytest.mark.parametrize(
    "odd", [{}, {"id": "x"}, None, told("x", -1, 1, title="one language"), told("x", -1, 1, begins_at="soon")]
)
async def test_an_answer_of_another_shape_changes_nothing(odd: Any) -> None:
    registry = Registry(told("now", -1, 1))
    board = board_of(registry)
    await board.look()
    registry.items = [odd]
    await board.look()
    assert [each.id for each in board.current()] == ["now"]


async def test_whoever_listens_hears_what_has_become_something_else_and_nothing_twice() -> None:
    clock, heard = FixedClock(NOON), list[list[str]]()
    board = board_of(Registry(told("now", -1, 1)), clock)
    board.on_change(lambda shown: heard.append([each.id for each in shown]))
    for _ in range(2):
        await board.look()
    clock.advance(timedelta(hours=1))
    await board.look()
    assert heard == [["now"], []]


async def test_without_an_address_nothing_is_asked() -> None:
    async with httpx.AsyncClient() as http:
        board = NoticeBoard("intake", public_notices(http, ""), SETTINGS, FixedClock(NOON))
        await board.look()
    assert list(board.current()) == []
