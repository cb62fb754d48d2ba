"""No personal data in clear where it has no business to be: a worker whose name, numbers and diagnosis nobody else has
goes through the whole hub, and then every place is searched for them."""

import logging
import re
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
import structlog

from deploy.local.settings import SERVICES
from services.partners.domain.partners import ClientKind
from shared.observability import log
from tests.contract.api.operations import Operation, caller_of, known_to, operations_of
from tests.contract.api.requests_that_fit import body_for
from tests.support.agency_events import random_nik
from tests.support.claim_story import Story, accident_report, bundle
from tests.support.served_hub import ServedHub

_BYTES = re.compile(r"\\x((?:[0-9a-f]{2})+)")
_LEVELS = ("debug", "info", "warning", "error", "critical", "msg")


class Lines(logging.Handler):
    """Every line that is logged, by us or by a library."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    made = Lines()

    def kept(original: Callable[..., Any]) -> Callable[..., Any]:
        def write(self: Any, message: str) -> Any:
            made.texts.append(message)
            return original(self, message)

        return write

    # Loggers are kept once they were used, so that the class is the one place where all of them pass.
    for level in _LEVELS:
        monkeypatch.setattr(structlog.PrintLogger, level, kept(getattr(structlog.PrintLogger, level)))
    logging.getLogger().addHandler(made)
    yield made
    logging.getLogger().removeHandler(made)


def test_a_persons_data_is_nowhere_in_clear(hub: ServedHub, lines: Lines) -> None:
    word = secrets.token_hex(4)
    story = Story(
        hub, random_nik(), name=f"Kenari{word}", phone=f"+62811{secrets.randbelow(10**8):08d}",
        diagnosis=f"Diagnosis{word}",
    ).tell()  # fmt: skip
    kpj = story.send("intake", ClientKind.EMPLOYER, "GET", f"/v1/accident-reports/{story.report_id}")
    canaries = [story.nik, story.name, story.phone, story.phone.removeprefix("+"), story.diagnosis]
    canaries.append(kpj["report"]["worker"]["kpj"])
    refusals = _refused_with(story)
    hub.quiet()

    assert lines.texts
    places = {"the logs": "\n".join(lines.texts)}
    places |= {f"a refusal of {where}": text for where, text in refusals.items()}
    for name in SERVICES:
        places[f"metrics of {name}"] = hub.apis[name].http.get("/metrics").text
        places[f"health of {name}"] = hub.apis[name].http.get("/readyz").text
        for table in hub.tables(name):
            rows = hub.rows(name, f'SELECT t::text AS text FROM "{table}" t')
            places[f"table {table} of {name}"] = "\n".join(_readable(row["text"]) for row in rows)
    for (topic, partition), records in hub.bus._log.items():
        told = [f"{record.key} {record.headers} {(record.value or b'').decode()}" for record in records]
        places[f"topic {topic}/{partition}"] = "\n".join(told)
    leaks = [f"{canary!r} in {where}" for where, text in places.items() for canary in canaries if canary in text]
    assert not leaks, "\n".join(leaks)


def _readable(text: str) -> str:
    """A row's text with what it holds as bytes read as text too."""
    opened = [bytes.fromhex(digits).decode("utf-8", "replace") for digits in _BYTES.findall(text)]
    return "\n".join([text, *opened])


def _refused_with(story: Story) -> dict[str, str]:
    """What the services answer to requests that hold the same data and something wrong."""
    hub, told = story.hub, {}
    report = accident_report(story.nik, name=story.name, phone=story.phone, birth_date="1990-02-30")
    report["event"]["occurred_at"] = story.name
    report["event"]["accident_type"] = story.diagnosis
    report["wage"]["amount_rupiah"] = story.nik
    visit = bundle(story.nik, story.name, story.diagnosis)
    visit["entry"][0]["resource"]["gender"] = story.name
    visit["entry"][0]["resource"]["birthDate"] = story.nik
    visit["entry"][2]["resource"]["onsetDateTime"] = story.diagnosis
    for operation in operations_of(hub):
        if not operation.takes_json:
            continue
        body = (
            report if operation.service == "intake" else visit if operation.is_fhir else _filled(hub, operation, story)
        )
        answer = hub.apis[operation.service].http.request(
            operation.method,
            operation.at(**known_to(operation, story)),
            content=orjson.dumps(body),
            headers={"Content-Type": "application/json", "If-Match": '"0"', **hub.once(caller_of(operation))},
        )
        if not answer.is_success:
            told[str(operation)] = answer.text
    assert len(told) > 10
    return told


def _filled(hub: ServedHub, operation: Operation, story: Story) -> Any:
    content, _ = body_for(hub, operation)
    return {
        name: [story.nik] if number % 2 else story.name for number, name in enumerate(orjson.loads(content or b"{}"))
    }


def test_the_search_would_find_what_is_there(lines: Lines) -> None:
    word = f"Kenari{secrets.token_hex(4)}"
    assert word in _readable(f'(1,"\\\\x{word.encode().hex()}",x)')
    log.warning("canary", told=word)
    logging.getLogger("asyncpg").warning("DETAIL: %s", word)
    assert sum(word in text for text in lines.texts) == 2
