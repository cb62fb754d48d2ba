"""Ways out: what a mail server is told, what is tried again and what never arrives."""

import asyncio
import json
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_string
from pathlib import Path
from uuid import UUID

import pytest

from services.intake.settings import IntakeSettings
from shared.errors import Unavailable
from shared.messages.message import Message, Undeliverable
from shared.messages.transports import FileMessages, SmtpMessages

MESSAGE = Message(UUID(int=7), "+6281234567890", "Kabar klaim", "Sekarang giliran: Anda. Kode – rahasia.")


@dataclass
class MailServer:
    """Speaks as much SMTP as a client needs; `answers` replaces what it says to a command."""

    answers: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    port: int = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.test\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.split()[0].upper()
            self.commands.append(line)
            answer = self.answers.get(verb, {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 fine"))
            writer.write(f"{answer}\r\n".encode())
            if answer.startswith("354"):
                self.mails.append((await reader.readuntil(b"\r\n.\r\n")).decode())
                writer.write(b"250 taken\r\n")
            if verb == "QUIT":
                break
        writer.close()


@asynccontextmanager
async def mail_server(**answers: str) -> AsyncIterator[MailServer]:
    made = MailServer(answers)
    server = await asyncio.start_server(made.talk, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


def port_of(server: MailServer, phone_domain: str | None = "sms.test") -> SmtpMessages:
    return SmtpMessages(
        "127.0.0.1", server.port, "jkk@hub.test", phone_domain=phone_domain, encrypted=False, timeout_seconds=5
    )


async def test_a_telephone_is_reached_through_the_gateways_domain() -> None:
    async with mail_server() as server:
        await port_of(server).send(MESSAGE)
    assert any("<6281234567890@sms.test>" in command for command in server.commands)
    [mail] = [message_from_string(text) for text in server.mails]
    assert mail["Message-ID"] == f"<{MESSAGE.id}@hub.test>", "the same with every try"
    text = mail.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert "Sekarang giliran: Anda. Kode – rahasia." in text.decode()


async def test_a_mail_address_is_written_to_as_it_is() -> None:
    async with mail_server() as server:
        await port_of(server, None).send(Message(MESSAGE.id, "siti@mail.test", "a", "b"))
    assert any("<siti@mail.test>" in command for command in server.commands)


async def test_without_a_gateway_no_telephone_is_reached() -> None:
    async with mail_server() as server:
        with pytest.raises(Undeliverable, match="no-gateway"):
            await port_of(server, None).send(MESSAGE)
    assert not server.commands


async def test_a_refused_recipient_is_not_tried_again() -> None:
    async with mail_server(RCPT="550 no such user 6281234567890") as server:
        with pytest.raises(Undeliverable) as raised:
            await port_of(server).send(MESSAGE)
    assert raised.value.reason == "refused"


@pytest.mark.parametrize("answers", [{"RCPT": "450 busy"}, {"MAIL": "421 later"}, {"DATA": "451 later"}])
async def test_what_may_pass_is_tried_again(answers: dict[str, str]) -> None:
    async with mail_server(**answers) as server:
        with pytest.raises(Unavailable):
            await port_of(server).send(MESSAGE)


async def test_a_server_that_is_away_is_tried_again() -> None:
    async with mail_server() as server:
        pass
    with pytest.raises(Unavailable):
        await port_of(server).send(MESSAGE)


async def test_a_file_is_its_owners_alone_and_one_for_each_message(tmp_path: Path) -> None:
    folder = tmp_path / "messages"
    for _ in range(2):
        await FileMessages(folder).send(MESSAGE)
    [path] = list(folder.iterdir())
    assert json.loads(path.read_text()) == {"to": MESSAGE.address, "subject": MESSAGE.subject, "text": MESSAGE.text}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_production_hub_writes_no_codes_into_a_folder(tmp_path: Path) -> None:
    values = {
        "port": 1, "public_url": "https://x", "issuer": "https://x", "database_url": "x", "kafka_bootstrap": "x",
        "secrets_dir": tmp_path, "data_dir": tmp_path, "message_transport": "file", "message_folder": tmp_path,
    }  # fmt: skip
    assert IntakeSettings.model_validate({**values, "profile": "local"}).message_folder == tmp_path
    with pytest.raises(ValueError, match="local profile only"):
        IntakeSettings.model_validate({**values, "profile": "production"})
