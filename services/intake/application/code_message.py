"""The tracking code goes to the worker, not only to whoever reported."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.intake.application.ports import Asker, Office, Work
from shared.identifiers import in_fours, is_test


@dataclass(frozen=True)
class _Words:
    """One language's sentences."""

    subject: str
    code: str
    where: str
    care: str


_WORDS = {
    "id": _Words(
        subject="Kode pelacakan laporan kecelakaan kerja",
        code="{what} sudah dilaporkan. Kode pelacakan Anda: {code}.",
        where=" Lihat klaim di {page} dengan kode ini dan tanggal lahir pekerja.",
        care=" Jangan berikan kode ini kepada orang yang tidak Anda percaya. BPJS Ketenagakerjaan, telepon 175.",
    ),
    "en": _Words(
        subject="Tracking code of a work accident report",
        code="{what} was reported. Your tracking code: {code}.",
        where=" See the claim at {page} with this code and the worker's birth date.",
        care=" Give this code to nobody whom you do not trust. BPJS Ketenagakerjaan, telephone 175.",
    ),
}
_ACCIDENT = {"id": "Kecelakaan kerja", "en": "A work accident"}
_DISEASE = {"id": "Penyakit akibat kerja", "en": "An occupational disease"}


async def tell_code(work: Work, office: Office, asker: Asker, form: Mapping[str, Any], code: str) -> None:
    """Message the code to the worker, or to who reports for them, if they agreed to get messages. Nobody is told of
    what a test client tries out: the number may be somebody's.

    In the language they chose, else in Indonesian; without a name and without a word on what happened.
    """
    told = _agreed(form)
    if told is None or is_test(asker.org):
        return
    language = str(told.get("message_language") or "id")
    words, what = _WORDS[language], _DISEASE if form.get("disease") else _ACCIDENT
    where = words.where.format(page=office.status_page) if office.status_page else ""
    text = words.code.format(what=what[language], code=in_fours(code)) + where + words.care
    await work.tell(str(told["phone"]), words.subject, text)


def _agreed(form: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The part of the form whose person agreed and left a number: the worker before the reporter."""
    for part in ("worker", "reporter"):
        told: Mapping[str, Any] = form.get(part) or {}
        if told.get("message_consent") and told.get("phone"):
            return told
    return None
