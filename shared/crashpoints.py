"""Named places where a process may die, so that tests can cut between any two steps of messaging.

Not armed, `crashpoint(name)` costs one comparison. A test arms one in its own process with `armed(name)`, which raises
`Crash`; a real process is armed with `SIMPUL_CRASHPOINT=<name>[:<n>]`, dies at the n-th passage with status 137 like
after `kill -9`, and only when `SIMPUL_PROFILE=local`.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

CRASHPOINTS: Final[dict[str, str]] = {
    "transaction.before-commit": "everything is written in the transaction, which is not committed",
    "transaction.after-commit": "the transaction is committed, whoever asked for it has no answer",
    "outbox.after-append": "events are in the transaction, which is not committed",
    "outbox.after-select": "unsent rows are read, nothing is published",
    "outbox.after-publish": "the broker has acknowledged, the rows are not marked",
    "outbox.after-mark": "the rows are marked sent, the next are not read",
    "consumer.after-poll": "events are fetched, no transaction is open",
    "consumer.after-inbox": "the inbox rows are inserted, the effect is not",
    "consumer.before-commit": "the effect is in the transaction, which is not committed",
    "consumer.after-commit": "the effect is committed, the offset is not",
    "consumer.after-offset": "the offset is committed, the next events are not fetched",
    "consumer.before-dead-letter-commit": "the dead letter is in the transaction, which is not committed",
    "consumer.after-dead-letter-commit": "the dead letter is committed, the offset is not",
    "document.after-store": "a paper's bytes are stored, no row names them",
    "sequencer.after-assign": "stream events have their positions in the transaction, which is not committed",
    "webhook.after-post": "the receiver has answered, the attempt is not recorded",
    "webhook.after-record": "the attempt is recorded, the next delivery is not chosen",
    "consumer.after-redrive": "a dead letter is re-run and committed, the events parked behind it are not",
}

EXIT_STATUS: Final = 137


class Crash(BaseException):
    """The process is gone, as far as a test in the same process can say it. Nothing may catch it to carry on."""


class _Armed:
    """Who decides in this process whether to die at a passage, and how; None while nobody asks."""

    judge: Callable[[str], bool] | None = None
    exits: bool = False


def crashpoint(name: str) -> None:
    """Mark a boundary. Dies here when armed. `name` must be listed in CRASHPOINTS."""
    if _Armed.judge is None:
        return
    if name not in CRASHPOINTS:
        raise ValueError(f"no crash point is named {name}")
    if _Armed.judge(name):
        _die(name)


def _die(name: str) -> NoReturn:
    if _Armed.exits:
        os._exit(EXIT_STATUS)
    raise Crash(name)


def arm(name: str, passage: int = 1, *, exits: bool = False) -> None:
    """Die at the `passage`-th time that `name` is reached. Raises ValueError for a name that is not listed."""
    if name not in CRASHPOINTS or passage < 1:
        raise ValueError(f"no crash point is named {name}, or passage {passage} is below 1")
    passages_left = passage

    def judge(reached: str) -> bool:
        nonlocal passages_left
        passages_left -= reached == name
        if passages_left == 0:
            disarm()
        return passages_left == 0

    _Armed.judge, _Armed.exits = judge, exits


def disarm() -> None:
    """Let every passage through again."""
    _Armed.judge = None


def is_armed() -> bool:
    """Whether a crash is still to come."""
    return _Armed.judge is not None


@contextmanager
def judged(judge: Callable[[str], bool]) -> Iterator[None]:
    """Inside the block `judge` is asked at every passage, by the point's name: True is a crash there."""
    _Armed.judge, _Armed.exits = judge, False
    try:
        yield
    finally:
        disarm()


@contextmanager
def armed(name: str, passage: int = 1) -> Iterator[None]:
    """Armed inside the block only; the crash itself disarms too, so that a restart in the block runs on."""
    arm(name, passage)
    try:
        yield
    finally:
        disarm()


def arm_from_environment() -> None:
    """Take `SIMPUL_CRASHPOINT` to heart, in the local profile only."""
    wanted = os.environ.get("SIMPUL_CRASHPOINT")
    if not wanted or os.environ.get("SIMPUL_PROFILE") != "local":
        return
    name, _, passage = wanted.partition(":")
    arm(name, int(passage or "1"), exits=True)


arm_from_environment()
