"""The tracking code goes to the worker, not only to whoever reported."""

from collections.abc import Mapping
from typing import Any

from services.intake.application.ports import Office, Work


async def tell_code(work: Work, office: Office, form: Mapping[str, Any], code: str) -> None:
    """Message the code to the worker, or to who reports for them, if they agreed to get messages.

    In Indonesian, without a name and without a word on what happened.
    """
    address = _address(form)
    if address is None:
        return
    where = (
        f" Lihat klaim di {office.status_page} dengan kode ini dan tanggal lahir pekerja." if office.status_page else ""
    )
    text = (
        f"Kecelakaan kerja sudah dilaporkan. Kode pelacakan Anda: {code[:4]}-{code[4:8]}-{code[8:]}.{where}"
        " Jangan berikan kode ini kepada orang yang tidak Anda percaya. BPJS Ketenagakerjaan, telepon 175."
    )
    await work.tell(address, "Kode pelacakan laporan kecelakaan kerja", text)


def _address(form: Mapping[str, Any]) -> str | None:
    for part in ("worker", "reporter"):
        told = form.get(part) or {}
        if told.get("message_consent") and told.get("phone"):
            return str(told["phone"])
    return None
