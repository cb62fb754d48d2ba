"""Ways out: a folder on a developer's machine, SMTP for real. SMS and WhatsApp leave through a provider's SMTP gateway,
which takes `<number>@<domain>`; a provider with an API of its own is one more class here."""

import asyncio
import json
import os
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib

from shared.errors import Unavailable
from shared.messages.message import Message, MessagePort, Undeliverable
from shared.settings import MessageSettings

_PERMANENT = 500


@dataclass(frozen=True)
class FileMessages:
    """Each message a file of its own, for the local profile: `<id>.json`."""

    folder: Path

    async def send(self, message: Message) -> None:
        await asyncio.to_thread(self._write, message)

    def _write(self, message: Message) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        told = {"to": message.address, "subject": message.subject, "text": message.text}
        part = self.folder / f".{message.id}.part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(told, file, ensure_ascii=False, indent=1)
        part.rename(self.folder / f"{message.id}.json")


@dataclass(frozen=True)
class SmtpMessages:
    """`phone_domain` is the gateway's for telephone numbers; without it they can't be reached."""

    host: str
    port: int
    sender: str
    username: str | None = None
    password: str | None = None
    phone_domain: str | None = None
    encrypted: bool = True
    timeout_seconds: float = 20.0

    async def send(self, message: Message) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, self._recipient(message), message.subject
        # The same at every try, so that a receiver can tell a repetition.
        mail["Message-ID"] = f"<{message.id}@{self.sender.rpartition('@')[2]}>"
        mail.set_content(message.text)
        try:
            await aiosmtplib.send(
                mail,
                hostname=self.host,
                port=self.port,
                username=self.username,
                password=self.password,
                start_tls=self.encrypted,
                timeout=self.timeout_seconds,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            if all(refused.code >= _PERMANENT for refused in error.recipients):
                raise Undeliverable("refused") from None
            raise Unavailable("smtp", 60) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            # The server's own words may hold the address.
            raise Unavailable("smtp", 60) from error

    def _recipient(self, message: Message) -> str:
        if message.is_mail:
            return message.address
        if self.phone_domain is None:
            raise Undeliverable("no-gateway-for-telephones")
        return f"{message.address.removeprefix('+')}@{self.phone_domain}"


def message_port(settings: MessageSettings) -> MessagePort | None:
    """As the settings say; None where nobody is told anything."""
    if settings.message_transport == "file":
        assert settings.message_folder is not None
        return FileMessages(settings.message_folder)
    if settings.message_transport == "smtp":
        password = settings.smtp_password
        return SmtpMessages(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_sender,
            settings.smtp_username,
            password.get_secret_value() if password else None,
            settings.smtp_phone_domain,
            settings.smtp_encrypted,
        )
    return None
