"""Logs, metrics and trace context. One event name a line, ids only: never a payload, a name, a NIK or a diagnosis."""

import logging
import re
import secrets
import sys
from contextvars import ContextVar

import orjson
import structlog
from prometheus_client import Counter, Gauge, Histogram

_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)

REQUESTS = Histogram(
    "simpul_http_request_seconds",
    "Time from the request's first byte to the answer's last.",
    ["service", "method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
OUTBOX_UNSENT = Gauge("simpul_outbox_unsent", "Events accepted and not yet published.", ["service"])
OUTBOX_AGE = Gauge("simpul_outbox_oldest_unsent_seconds", "Age of the oldest event not yet published.", ["service"])
EVENTS_HANDLED = Counter("simpul_events_handled_total", "Events whose effect is committed.", ["service", "type"])
EVENTS_FAILED = Counter("simpul_events_failed_total", "Events sent to the dead letters.", ["service", "reason"])
CONSUMER_LAG = Gauge("simpul_consumer_lag", "Events in the topic that are not yet handled.", ["service", "topic"])
COMPONENT_RESTARTS = Counter("simpul_component_restarts_total", "Restarts of a background part.", ["service", "part"])


def new_traceparent() -> str:
    """A W3C trace context header for a trace that begins here."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def current_traceparent() -> str | None:
    """The trace context of the request or event being handled."""
    return _current.get()


def set_traceparent(header: str | None) -> str:
    """Take over the caller's trace context when it is well formed, else begin a trace; answers what is now current."""
    value = header if header and _TRACEPARENT.fullmatch(header) else new_traceparent()
    _current.set(value)
    return value


def trace_id() -> str | None:
    """The 32 hex digits of the current trace, to put beside a log line or an audit row."""
    value = _current.get()
    return value.split("-")[1] if value else None


def _add_trace(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    trace = trace_id()
    if trace:
        event["trace_id"] = trace
    return event


def configure_logging(service: str, level: str = "info") -> None:
    """JSON lines on standard error for our own events; libraries' warnings take the same way."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_trace,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=lambda value, **_: orjson.dumps(value, default=str).decode()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")


log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
