"""The message of a new turn: where the claim stands and who acts now, in one breath. No name and nothing medical."""

from collections.abc import Mapping
from typing import Any

from shared.regulation.codes import title_of

NOBODY = "none"


def turn_message(document: Mapping[str, Any], status_page: str) -> tuple[str, str]:
    """Subject and text, in Indonesian."""
    number = document["case_number"]
    heading = title_of("worker_states", document["state"]).title_id
    said = [f"Klaim {number}: {heading}."]
    if document["waiting_on"] != NOBODY:
        said.append(f"Sekarang giliran: {title_of('worker_actors', document['waiting_on']).title_id}.")
    said.append(f"Lihat dengan kode pelacakan Anda di {status_page}. Di sana Anda juga dapat menghentikan pesan ini.")
    return f"Kabar klaim {number}", " ".join(said)
