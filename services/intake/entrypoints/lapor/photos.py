"""Photographs from the telephone: added to the draft one after the other, taken away again."""

import asyncio
from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.intake.application.public_report import PUBLIC_CHANNEL, Photo
from services.intake.domain.file_types import media_type_of
from services.intake.domain.photo_metadata import NotAPicture, without_metadata
from services.intake.entrypoints.lapor.desk import START, ReportPages, to
from shared.errors import NotFound, Refusal, TooLarge, UnsupportedType
from shared.identifiers import new_id
from shared.receipts.derived import PHOTOGRAPH
from shared.receipts.register import Found
from shared.web.door import page
from shared.web.pages.forms import Form, checked_form

_HERE = f"{START}/foto"
_PICTURES = ("image/jpeg", "image/png")
# Boundaries and fields around the photographs.
_FORM_BYTES = 65_536


def photo_routes(here: ReportPages) -> APIRouter:
    """To be registered before the steps' own routes."""
    router = APIRouter()

    @router.post(_HERE, **page())
    async def add(request: Request) -> Response:
        form = await checked_form(request, here.settings.lapor_upload_bytes_max + _FORM_BYTES)
        try:
            contents = [await file.read() for file in form.files("photos")]
        finally:
            await form.close()
        if not contents:
            return to(f"{START}/periksa" if form.text("next") else _HERE)
        for content in contents:
            if len(content) > here.desk.document_bytes_max:
                raise TooLarge("photo.too-large", "A photograph is too large.")
            if media_type_of(content) not in _PICTURES:
                raise UnsupportedType("photo.type", "A photograph is a JPEG or PNG picture.")
        await _keep(here, request, [_cleaned(content) for content in contents], form.once())
        return to(_HERE)

    @router.post(f"{_HERE}/{{photo_id}}/hapus", **page())
    async def remove(request: Request, photo_id: str, form: Form) -> Response:
        token = here.token(request)
        try:
            wanted = UUID(photo_id)
        except ValueError:
            raise NotFound("photo.not-found", "There is no such photograph.") from None
        if token is not None:
            async with here.desk.database.transaction(PUBLIC_CHANNEL) as transaction:
                await here.open_drafts(transaction).remove_photo(token, wanted)
        return to(_HERE)

    return router


def _cleaned(content: bytes) -> bytes:
    """Without place and device; nothing else is ever kept of it, so the digest is that of what is kept."""
    try:
        return without_metadata(content)
    except NotAPicture:
        raise UnsupportedType("photo.type", "A photograph is a JPEG or PNG picture.") from None


def photo_as_kept(found: Found, content: bytes) -> bytes | None:
    """The picture that would be kept of a photograph, None of anything else: whoever took it has it with place and
    device, and may compare it with its receipt all the same."""
    try:
        return without_metadata(content) if found.kind == PHOTOGRAPH else None
    except NotAPicture:
        return None


async def _keep(here: ReportPages, request: Request, contents: list[bytes], once: str) -> None:
    """`once` is the form's own: the very form that was sent before adds nothing."""
    token, now = here.token(request), here.desk.office.clock.now()
    async with here.desk.database.transaction(PUBLIC_CHANNEL) as transaction:
        drafts = here.open_drafts(transaction)
        draft = await drafts.draft(token, now, lock=True) if token else None
        if draft is None or token is None or draft.tracking_code or draft.photos_form == once:
            return
        if len(draft.photos) + len(contents) > here.settings.lapor_photos_max:
            raise Refusal("photo.too-many", "There are too many photographs.")
        await drafts.save(token, replace(draft, photos_form=once), now)
        for content in contents:
            photo = Photo(new_id(), media_type_of(content) or "", len(content))
            await drafts.add_photo(token, photo, content)
            # A large photograph is sealed in one go; others get their turn in between.
            await asyncio.sleep(0)
