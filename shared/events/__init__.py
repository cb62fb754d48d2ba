"""The contracts between services: event types, topics, and how an event travels.

    event = new_event(REPORT_SUBMITTED, subject=report_id, version=1, key=worker_key, facts=facts, content=content)
    wire = encode(event, sealer)
    event = decode(headers, value, sealer, key=key)

Models of facts and content are in one module a family (`shared.events.accident_report`, …).
"""

from shared.events.catalogue import CATALOGUE, EventType, new_event
from shared.events.codec import WireEvent, decode, encode, format_time
from shared.events.envelope import Content, Event, Facts, Tombstone
from shared.events.topics import TOPICS, Topic

__all__ = [
    "CATALOGUE",
    "TOPICS",
    "Content",
    "Event",
    "EventType",
    "Facts",
    "Tombstone",
    "Topic",
    "WireEvent",
    "decode",
    "encode",
    "format_time",
    "new_event",
]
