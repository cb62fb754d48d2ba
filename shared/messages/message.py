"""A message to one person, and the port through which messages leave."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class Message:
    """`address` is a telephone number (E.164) or an e-mail address. `id` stays the same with every try."""

    id: UUID
    address: str
    subject: str
    text: str

    @property
    def is_mail(self) -> bool:
        return "@" in self.address


class Undeliverable(Exception):
    """It will never arrive there. `reason` names no person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MessagePort(Protocol):
    """Where messages leave."""

    async def send(self, message: Message) -> None:
        """Raises Undeliverable, or Unavailable when it may be tried again."""
        ...
