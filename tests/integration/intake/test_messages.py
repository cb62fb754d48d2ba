"""The code goes to the worker who agreed to it: kept sealed, sent until it arrives, and forgotten."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from shared.errors import Unavailable
from shared.messages.message import Message, Undeliverable
from shared.messages.postman import Postman
from shared.postgres.database import Database
from tests.integration.intake.telephone import STEPS, Telephone
from tests.support.databases import ServiceDatabase
from tests.support.eventually import eventually
from tests.support.intake_service import EMPLOYER, Intake, accident, running_intake, self_report

PHONE = "+6281298765432"


def agreed(report: dict[str, Any], part: str) -> dict[str, Any]:
    return {**report, part: {**report[part], "message_consent": True}}


@pytest_asyncio.fixture
async def telling(intake_database: ServiceDatabase, tmp_path: Path) -> AsyncIterator[Intake]:
    """Intake with a folder for messages."""
    options: dict[str, Any] = {
        "message_transport": "file",
        "message_folder": tmp_path / "messages",
        "message_poll_seconds": 0.05,
    }
    async with running_intake(
        intake_database, tmp_path, status_page_url="http://hub.test/status", **options
    ) as running:
        yield running


@pytest_asyncio.fixture
async def waiting(intake_database: ServiceDatabase, tmp_path: Path) -> AsyncIterator[Intake]:
    """Intake whose postman comes only when a test sends one."""
    options: dict[str, Any] = {
        "message_transport": "file",
        "message_folder": tmp_path / "messages",
        "message_poll_seconds": 3_600.0,
    }
    async with running_intake(intake_database, tmp_path, **options) as running:
        await running.rows("DELETE FROM message")
        yield running


class Killed(BaseException):
    """The process ends here."""


class Port:
    """Says to each message what it is told to."""

    def __init__(self, *answers: BaseException | None) -> None:
        self.answers = list(answers)
        self.sent: list[Message] = []

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer


async def test_the_worker_gets_the_code_that_the_employer_got(telling: Intake, tmp_path: Path) -> None:
    made = await telling.submit(agreed(accident(), "worker"))
    [path] = await eventually(lambda: list((tmp_path / "messages").glob("*.json")))
    told = json.loads(path.read_text())
    code = made["tracking_code"]
    assert told["to"] == PHONE
    assert f"{code[:4]}-{code[4:8]}-{code[8:]}" in told["text"]
    assert "http://hub.test/status" in told["text"]
    for secret in ("Siti", "press", "3671"):
        assert secret not in told["text"]
    await eventually(lambda: telling.rows("SELECT 1 FROM message WHERE state = 'sent' AND sealed = ''"))


async def test_who_reports_for_a_worker_gets_it_for_them(telling: Intake, tmp_path: Path) -> None:
    await telling.http.post(
        "/v1/self-reports",
        json=agreed(self_report(), "reporter"),
        headers=telling.once("channel:jmo", "self-reports.write"),
    )
    [path] = await eventually(lambda: list((tmp_path / "messages").glob("*.json")))
    assert json.loads(path.read_text())["to"] == "+6281311112222"


async def test_nobody_is_told_of_what_a_test_client_sends(waiting: Intake) -> None:
    await waiting.submit(agreed(accident(), "worker"), org=f"{EMPLOYER}~test")
    told = await waiting.http.post(
        "/v1/self-reports",
        json=agreed(self_report(), "reporter"),
        headers=waiting.once("channel:jmo~test", "self-reports.write"),
    )
    assert told.status_code == 201
    assert not await waiting.rows("SELECT 1 FROM message")


async def test_a_report_in_english_is_answered_in_english(telling: Intake, tmp_path: Path) -> None:
    telephone = Telephone(telling)
    await telephone.get("/lapor")
    await telephone.get("/language/en?back=/lapor")
    await telephone.write(pelapor={**STEPS["pelapor"], "message_consent": "yes"})
    await telephone.send()
    [path] = await eventually(lambda: list((tmp_path / "messages").glob("*.json")))
    assert "A work accident was reported. Your tracking code: " in json.loads(path.read_text())["text"]


async def test_nobody_is_told_who_did_not_agree(waiting: Intake) -> None:
    await waiting.submit(accident())
    assert not await waiting.rows("SELECT 1 FROM message")


async def test_what_waits_is_sealed(waiting: Intake) -> None:
    made = await waiting.submit(agreed(accident(), "worker"))
    [row] = await waiting.rows("SELECT * FROM message")
    assert made["tracking_code"][:4].encode() not in row["sealed"]
    assert PHONE.encode() not in row["sealed"]


@pytest_asyncio.fixture
async def database(intake_database: ServiceDatabase) -> AsyncIterator[Database]:
    database = Database(intake_database.url, service="intake", pool_size=4)
    yield database
    await database.close()


def postman(intake: Intake, database: Database, port: Port) -> Postman:
    return Postman(database, intake.secrets.sealer, intake.clock, port, poll_seconds=1)


async def test_a_message_is_tried_again_later_under_the_same_id(waiting: Intake, database: Database) -> None:
    await waiting.submit(agreed(accident(), "worker"))
    port = Port(Unavailable("smtp"), Unavailable("smtp"))
    man = postman(waiting, database, port)
    assert await man.send_one()
    assert not await man.send_one(), "not at once"
    for seconds in (11, 21):
        waiting.clock.advance(timedelta(seconds=seconds))
        assert await man.send_one()
    assert len({message.id for message in port.sent}) == 1
    [row] = await waiting.rows("SELECT * FROM message")
    assert (row["state"], row["attempts"], row["sealed"]) == ("sent", 3, b"")


async def test_who_dies_while_sending_leaves_the_message_to_the_next(waiting: Intake, database: Database) -> None:
    await waiting.submit(agreed(accident(), "worker"))
    with pytest.raises(Killed):
        await postman(waiting, database, Port(Killed())).send_one()
    port = Port()
    man = postman(waiting, database, port)
    assert not await man.send_one(), "it may be on its way still"
    waiting.clock.advance(timedelta(minutes=4))
    assert await man.send_one()
    assert len(port.sent) == 1
    [row] = await waiting.rows("SELECT * FROM message")
    assert (row["state"], row["attempts"]) == ("sent", 2)


async def test_no_transaction_waits_for_a_mail_server(waiting: Intake, database: Database) -> None:
    class Looking(Port):
        async def send(self, message: Message) -> None:
            await super().send(message)
            # A row that was locked would keep this waiting for ever.
            async with database.system_transaction() as transaction:
                await transaction.driver.execute("SELECT 1 FROM message FOR UPDATE NOWAIT")

    await waiting.submit(agreed(accident(), "worker"))
    port = Looking()
    assert await postman(waiting, database, port).send_one()
    assert len(port.sent) == 1


@pytest.mark.parametrize(("answer", "days"), [(Undeliverable("refused"), 0), (Unavailable("smtp"), 3)])
async def test_what_never_arrives_is_given_up(
    waiting: Intake, database: Database, answer: Exception, days: int
) -> None:
    await waiting.submit(agreed(accident(), "worker"))
    waiting.clock.advance(timedelta(days=days))
    assert await postman(waiting, database, Port(answer)).send_one()
    [row] = await waiting.rows("SELECT * FROM message")
    assert (row["state"], row["sealed"]) == ("given_up", b"")
    assert PHONE not in str(dict(row))


async def test_a_message_that_cannot_be_opened_holds_up_no_other(waiting: Intake, database: Database) -> None:
    await waiting.submit(agreed(accident(), "worker"))
    [first] = await waiting.rows("SELECT * FROM message")
    async with database.system_transaction() as transaction:
        await transaction.driver.execute("UPDATE message SET sealed = $1", b"\x00" + first["sealed"][1:])
    waiting.clock.advance(timedelta(seconds=1))
    await waiting.submit(agreed(accident(), "worker"))
    port = Port()
    man = postman(waiting, database, port)
    while await man.send_one():
        pass
    assert len(port.sent) == 1
    [row] = await waiting.rows("SELECT * FROM message WHERE state = 'waiting'")
    assert (row["id"], row["attempts"]) == (first["id"], 1)
