"""Whether something waits for a second person, and who counts as a person."""

from dataclasses import dataclass

from services.partners.application.ports import Actor
from shared.errors import Conflict


@dataclass(frozen=True)
class SecondPerson:
    """`always`: nothing that lets somebody in counts at once, whoever asks and however. Then the officers that callers
    name are believed of the clients in `vouching` alone (consoles, where people sign in); every other client is one
    person, so that nobody who holds one key approves what he asked for under another name."""

    always: bool = False
    vouching: frozenset[str] = frozenset()

    def waits(self, asked_to: bool) -> bool:
        """Whether it must be approved; `asked_to` is what the caller said."""
        return asked_to or self.always

    def person(self, actor: Actor) -> str:
        """Who answers for it: what a second person is told apart by."""
        return actor.officer if actor.officer is not None and self._believes(actor) else actor.client_id

    def name(self, actor: Actor) -> str | None:
        """What that person is called, where it was said."""
        return actor.officer_name if actor.officer is not None and self._believes(actor) else None

    def refuse_same(self, asked_by: str, actor: Actor) -> None:
        """Raises Conflict `approval.same-person`."""
        if asked_by == self.person(actor):
            raise Conflict("approval.same-person", "Who asked for it cannot approve it; a second person must.")

    def _believes(self, actor: Actor) -> bool:
        return not self.always or actor.client_id in self.vouching
