"""What a worker, or the family, is told of their rights, as data: each in plain words, with its article."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from shared.regulation.data_files import DATA_FOLDER, RuleFile, Section

LIVING, DEATH, TOTAL = "living", "death", "total"
EMPLOYER_PAYS_FIRST, NOT_COVERED, REFUSABLE, UNREPORTED = (
    "employer_pays_first",
    "not_covered",
    "refusable",
    "unreported",
)
_SITUATIONS = frozenset({LIVING, DEATH, TOTAL, EMPLOYER_PAYS_FIRST, NOT_COVERED, REFUSABLE, UNREPORTED})


@dataclass(frozen=True)
class WorkerRight:
    """One right. It is told when any of `when` is so, of accidents on or after the day `since`."""

    code: str
    when: frozenset[str]
    text_id: str
    text_en: str
    legal_basis: str
    confidence: str
    since: date | None = None


def load_worker_rights(path: Path) -> Mapping[str, WorkerRight]:
    """By code, in the order of the file. Raises BadRuleFile, with the line, for what is missing or unknown."""
    top = RuleFile(path).top
    rights = {}
    for code, section in top.section("rights").sections():
        rights[code] = _right(code, section)
        section.close()
    top.close()
    return rights


def _right(code: str, section: Section) -> WorkerRight:
    when = section.codes("when", _SITUATIONS)
    if not when:
        raise section.bad("when", "at least one situation is expected")
    texts = section.texts("text")
    if len(texts) != 2 or not all(text.strip() for text in texts):
        raise section.bad("text", "two texts are expected, Indonesian and English")
    since = section.day("from") if section.has("from") else None
    return WorkerRight(code, frozenset(when), texts[0], texts[1], *section.source(), since)


WORKER_RIGHTS = load_worker_rights(DATA_FOLDER / "worker_rights.yaml")


def rights_in(situations: Collection[str], occurred_on: date) -> list[WorkerRight]:
    """The rights that follow from what is so of a claim (`living`, `unreported`, …), in the order of the file."""
    return [
        right
        for right in WORKER_RIGHTS.values()
        if right.when & set(situations) and (right.since is None or right.since <= occurred_on)
    ]
