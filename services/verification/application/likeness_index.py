"""Which pieces of evidence held in memory are like each other, kept as pieces come and go."""

from datetime import timedelta

from services.verification.domain.evidence import Evidence
from services.verification.domain.likeness import alike, likeness_keys


class LikenessIndex:
    """Compares only what shares a key and where at least one side has no NIK; else numbers rule."""

    def __init__(self, window: timedelta) -> None:
        self._window = window
        self._pieces: dict[str, Evidence] = {}
        self._texts: dict[str, frozenset[str]] = {}
        # Apart, so that the many with a NIK are never compared with each other.
        self._with_nik: dict[str, set[str]] = {}
        self._without_nik: dict[str, set[str]] = {}
        self._alike: dict[str, set[str]] = {}

    def put(self, piece: Evidence) -> None:
        """Add a piece, or what is now told of it."""
        self._drop(piece.id)
        found = self.like(piece)
        texts = frozenset(key.text for key in likeness_keys(piece))
        shelf = self._with_nik if piece.identity.nik else self._without_nik
        for text in texts:
            shelf.setdefault(text, set()).add(piece.id)
        self._pieces[piece.id], self._texts[piece.id], self._alike[piece.id] = piece, texts, found
        for other in found:
            self._alike[other].add(piece.id)

    def _drop(self, id_: str) -> None:
        known = self._pieces.pop(id_, None)
        if known is None:
            return
        shelf = self._with_nik if known.identity.nik else self._without_nik
        for text in self._texts.pop(id_):
            shelf[text].discard(id_)
        for other in self._alike.pop(id_):
            self._alike[other].discard(id_)

    def like(self, piece: Evidence) -> set[str]:
        """The pieces that may tell of the same accident as `piece`."""
        shelves = (self._without_nik,) if piece.identity.nik else (self._without_nik, self._with_nik)
        keys = likeness_keys(piece)
        near = {id_ for shelf in shelves for key in keys for id_ in shelf.get(key.text, ())} - {piece.id}
        return {id_ for id_ in near if alike(piece, self._pieces[id_], self._window) is not None}

    def neighbours(self, id_: str) -> set[str]:
        """The pieces that are like one held here."""
        return self._alike.get(id_, set())
