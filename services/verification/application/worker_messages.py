"""What workers are told by message, in one breath and in their language. No name and nothing medical."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.identifiers import in_fours
from shared.regulation.codes import title_of

NOBODY = "none"


@dataclass(frozen=True)
class _Words:
    """One language's sentences."""

    turn_subject: str
    turn: str
    whose: str
    follow: str
    code_subject: str
    code: str


_WORDS = {
    "id": _Words(
        turn_subject="Kabar klaim {number}",
        turn="Klaim {number}: {heading}.",
        whose="Sekarang giliran: {actor}.",
        follow="Lihat dengan kode pelacakan Anda di {page}. Di sana Anda juga dapat menghentikan pesan ini.",
        code_subject="Kode pelacakan klaim kecelakaan kerja",
        code="Anda setuju di rumah sakit untuk dikabari. Sebuah klaim jaminan kecelakaan kerja telah dibuka. Kode"
        " pelacakan Anda: {code}. Lihat klaim di {page} dengan kode ini dan tanggal lahir Anda; di sana Anda juga dapat"
        " menghentikan pesan. Jangan berikan kode ini kepada orang yang tidak Anda percaya. Bukan untuk Anda? Hapus"
        " pesan ini. BPJS Ketenagakerjaan, telepon 175.",
    ),
    "en": _Words(
        turn_subject="News of claim {number}",
        turn="Claim {number}: {heading}.",
        whose="Now it is the turn of: {actor}.",
        follow="See it with your tracking code at {page}. There you can also stop these messages.",
        code_subject="Tracking code of a work accident claim",
        code="You agreed at the hospital to be told. A claim under the work accident insurance was opened. Your"
        " tracking code: {code}. See the claim at {page} with this code and your birth date; there you can also stop"
        " messages. Give this code to nobody whom you do not trust. Not for you? Delete this message."
        " BPJS Ketenagakerjaan, telephone 175.",
    ),
}


def turn_message(document: Mapping[str, Any], status_page: str, language: str) -> tuple[str, str]:
    """Subject and text of a new turn: where the claim stands and who acts now. `language` is `id` or `en`."""
    words, number = _WORDS[language], document["case_number"]
    said = [
        words.turn.format(number=number, heading=title_of("worker_states", document["state"]).in_language(language))
    ]
    if document["waiting_on"] != NOBODY:
        said.append(words.whose.format(actor=title_of("worker_actors", document["waiting_on"]).in_language(language)))
    said.append(words.follow.format(page=status_page))
    return words.turn_subject.format(number=number), " ".join(said)


def code_message(code: str, status_page: str, language: str) -> tuple[str, str]:
    """Subject and text that give the worker their code, once."""
    words = _WORDS[language]
    return words.code_subject, words.code.format(code=in_fours(code), page=status_page)
