"""Which case number a group of evidence bears, and which numbers were merged into it.

A case number belongs to its founder, the piece of evidence that opened it. A group bears the oldest number among the
founders in it; the other numbers are merged into that one. So merging and splitting follow from the grouping alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.verification.domain.evidence import Evidence


@dataclass(frozen=True)
class Founding:
    """A case number, the evidence that opened it, and its rank by age (smaller is older)."""

    case_number: str
    founder_id: str
    rank: tuple[object, ...]


@dataclass(frozen=True)
class Assignment:
    """A group with its number; `case_number` None means that a new number has to be opened for `founder_id`."""

    group: frozenset[str]
    case_number: str | None
    founder_id: str
    absorbed: tuple[str, ...]


def assign(
    groups: Iterable[frozenset[str]], foundings: Sequence[Founding], evidence: Mapping[str, Evidence]
) -> list[Assignment]:
    """Give each group its number. Every founding whose founder is in `groups` is either a survivor or absorbed."""
    by_founder: dict[str, list[Founding]] = {}
    for founding in foundings:
        by_founder.setdefault(founding.founder_id, []).append(founding)
    assignments = []
    for group in groups:
        held = sorted(
            (founding for id_ in group for founding in by_founder.get(id_, ())),
            key=lambda founding: (founding.rank, founding.case_number),
        )
        if held:
            absorbed = tuple(founding.case_number for founding in held[1:])
            assignments.append(Assignment(group, held[0].case_number, held[0].founder_id, absorbed))
        else:
            founder = min(group, key=lambda id_: (not evidence[id_].is_anchor, evidence[id_].occurred_at, id_))
            assignments.append(Assignment(group, None, founder, ()))
    return assignments
