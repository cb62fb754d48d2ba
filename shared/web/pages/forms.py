"""What a page's form sends: read within bounds, and never without the token of the visitor's own pages."""

import hmac
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from shared.errors import Forbidden, Problem, Refusal, Unreadable
from shared.identifiers import new_id
from shared.web.pages.cookies import CSRF_FIELD, CSRF_HEADER, VISIT_COOKIE, cookie, csrf_token
from shared.web.pages.rendering import visitor_of
from shared.web.strict_json import read_limited

FIELDS_MAX, FILES_MAX, FIELD_BYTES_MAX = 200, 10, 65_536
FORM_BYTES_MAX = 1_048_576
_FORGED = "This form is no longer valid: open the page again and repeat what you did."


class PageForm:
    """The fields of a form; texts without the space around them."""

    def __init__(self, data: FormData) -> None:
        self._data = data

    def text(self, name: str, *, length_max: int = 4_000) -> str | None:
        """None when it is empty or was not sent. Raises Refusal when it is too long or holds what no text holds."""
        text = self.typed(name)
        if len(text) > length_max or "\x00" in text:
            raise Refusal("form.text", "A text is too long.", [Problem(f"/{name}", "too-long", "It is too long.")])
        return text or None

    def required(self, name: str, *, length_max: int = 4_000) -> str:
        """Raises Refusal when it is empty."""
        text = self.text(name, length_max=length_max)
        if text is None:
            raise Refusal(
                "form.incomplete", "Something is not filled in.", [Problem(f"/{name}", "required", "Fill this in.")]
            )
        return text

    def typed(self, name: str) -> str:
        """What was typed, to be shown again beside what was wrong with it; empty when it was not sent."""
        value = self._data.get(name)
        # A browser sends a line end as CR LF, and counts it as one character where a field has a greatest length.
        return value.strip().replace("\r\n", "\n") if isinstance(value, str) else ""

    def once(self) -> str:
        """By what this very form is known when it is sent twice (`token` in `form.html`), a UUID; a new one for a form
        that bears none."""
        try:
            return str(UUID(self.typed("once")))
        except ValueError:
            return str(new_id())

    async def close(self) -> None:
        """Let go of uploaded files."""
        await self._data.close()

    def texts(self, name: str) -> list[str]:
        """Every value of a field that may be sent several times."""
        return [value.strip() for value in self._data.getlist(name) if isinstance(value, str) and value.strip()]

    def fields(self) -> list[tuple[str, str]]:
        """Every text that was sent, by name, as it was sent; without the visitor's token."""
        sent = [(name, value) for name, value in self._data.multi_items() if isinstance(value, str)]
        return sorted(field for field in sent if field[0] != CSRF_FIELD)

    def files(self, name: str) -> list[UploadFile]:
        """Every uploaded file of a field that takes several."""
        return [value for value in self._data.getlist(name) if isinstance(value, UploadFile) and value.filename]

    def file(self, name: str) -> UploadFile | None:
        """An uploaded file, None when nothing was chosen."""
        value = self._data.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None


class _Read(Request):
    """A request whose body has been read."""

    def take(self, raw: bytes) -> None:
        self._body = raw


async def checked_form(request: Request, bytes_max: int = FORM_BYTES_MAX) -> PageForm:
    """For routes that take files, with a bound of their own; they close it. Others take `form: Form`.

    Raises Forbidden without the token, Unreadable for what is no form, TooLarge.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise Unreadable("form.unreadable", "This is not a form.")
    # Read within the bound first: what parses multipart would lay files of any size on the disk.
    read = _Read(request.scope, request.receive)
    read.take(await read_limited(request, bytes_max))
    data = await read.form(max_files=FILES_MAX, max_fields=FIELDS_MAX, max_part_size=FIELD_BYTES_MAX)
    sent = request.headers.get(CSRF_HEADER) or data.get(CSRF_FIELD)
    visitor = visitor_of(request)
    held = visitor.session if visitor else cookie(request, VISIT_COOKIE)
    if held is None or not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), csrf_token(held).encode()):
        await data.close()
        raise Forbidden("form.forged", _FORGED)
    return PageForm(data)


async def _form(request: Request) -> AsyncIterator[PageForm]:
    form = await checked_form(request)
    try:
        yield form
    finally:
        await form.close()


Form = Annotated[PageForm, Depends(_form)]
