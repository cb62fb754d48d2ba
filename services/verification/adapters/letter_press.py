"""Letters as PDF."""

from datetime import datetime
from pathlib import Path
from secrets import token_hex

from services.verification.application.letter_paper import Shown
from shared.paper.qr_codes import qr_svg
from shared.paper.typesetter import sheet_of, typesetter


class LetterPress:
    """Prints one letter at a time, beside the event loop."""

    def __init__(self) -> None:
        self._sheet = sheet_of(Path(__file__).with_name("letter.typ"))

    async def pdf(self, shown: Shown, at: datetime) -> bytes:
        """Other bytes each time, since everybody may see their digest: who has a copy could otherwise set papers until
        one has the digest of the letter itself. Raises Unavailable when too many wait, TooLarge for more than a paper
        holds."""
        paper = {**shown, "picture": qr_svg(shown["address"]), "salt": token_hex(16)}
        return await typesetter().pdf(self._sheet, paper, at=at)
