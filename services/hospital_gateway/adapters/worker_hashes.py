"""By what a visit's worker is found among claims: keyed hashes of the patient's numbers.

Those of a test hospital bear a mark, and so do those of test claims: neither ever stands for a worker who is real.
"""

from collections.abc import Iterable

from services.hospital_gateway.application.documents import VisitMarks
from shared.identifiers import is_test
from shared.sealing import BlindIndex

_MARK = "~"


def marked(hashes: Iterable[str], *, test: bool) -> tuple[str, ...]:
    """Hashes as they are kept and looked for."""
    return tuple(f"{_MARK}{each}" for each in hashes) if test else tuple(hashes)


class WorkerHashes:
    """For the visits of one hospital's organisation."""

    def __init__(self, index: BlindIndex, org: str) -> None:
        self._index = index
        self._is_test = is_test(org)

    def kept(self, marks: VisitMarks) -> list[str]:
        """Those that are stored, by the newest key."""
        return list(marked([self._index.of(*named) for named in marks.numbers], test=self._is_test))

    def sought(self, marks: VisitMarks) -> list[str]:
        """All that may have been stored."""
        found = [each for named in marks.numbers for each in self._index.all(*named)]
        return list(marked(found, test=self._is_test))
