"""Doing the whole work again after another transaction came first."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from services.hospital_gateway.application.ports import Collision
from shared.errors import Unavailable

_ATTEMPTS_MAX = 6

Answer = TypeVar("Answer")


async def retried(work: Callable[[], Awaitable[Answer]]) -> Answer:
    """The result of `work`, a whole transaction, tried again on Collision. Raises Unavailable when it never ends."""
    for _ in range(_ATTEMPTS_MAX):
        try:
            return await work()
        except Collision:
            continue
    raise Unavailable("postgres", 1)
