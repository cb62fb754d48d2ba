"""Waiting for something to become true, without sleeping longer than it takes."""

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, overload

Found = TypeVar("Found")


@overload
async def eventually(
    look: Callable[..., Coroutine[Any, Any, Found | None]], *, timeout_seconds: float = ..., every_seconds: float = ...
) -> Found: ...
@overload
async def eventually(
    look: Callable[..., Found | None], *, timeout_seconds: float = ..., every_seconds: float = ...
) -> Found: ...
async def eventually(look: Callable[[], Any], *, timeout_seconds: float = 45.0, every_seconds: float = 0.02) -> Any:
    """The first truthy result of `look()`. Fails with the last result when the time is up; an AssertionError raised
    by `look` counts as not yet."""
    deadline = asyncio.get_running_loop().time() + timeout_seconds
    last: object = None
    while True:
        try:
            found = look()
            result = await found if inspect.isawaitable(found) else found
            if result:
                return result
            last = result
        except AssertionError as error:
            last = error
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"not within {timeout_seconds} s; last: {last!r}")
        await asyncio.sleep(every_seconds)
