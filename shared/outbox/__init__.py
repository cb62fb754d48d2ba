"""Messaging that does not lose: events leave by an outbox and arrive through an inbox, each in the database
transaction of the change that they tell or make.

    await append(transaction, [event], sealer)          # in a use case, under the aggregate's lock
    Relay(database, bus)                                # component: outbox → bus
    Consumer(database, bus, sealer, group=…, topics=[…], handle=…)   # component: bus → inbox → handle
"""

from shared.outbox.append import append
from shared.outbox.consumer import Consumer, ConsumerLimits
from shared.outbox.dead_letters import DeadLetter, list_dead_letters, show_dead_letter
from shared.outbox.inbox import Handle
from shared.outbox.payloads import Edit, Payload
from shared.outbox.redrive import Redriven
from shared.outbox.relay import Relay, RelayLimits

__all__ = [
    "Consumer",
    "ConsumerLimits",
    "DeadLetter",
    "Edit",
    "Handle",
    "Payload",
    "Redriven",
    "Relay",
    "RelayLimits",
    "append",
    "list_dead_letters",
    "show_dead_letter",
]
