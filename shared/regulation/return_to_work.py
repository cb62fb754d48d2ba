"""Return to work (kembali kerja) as data: what triggers it, what must hold, what the worker is told.

Domain 6.3: an add-on of JKK that accompanies those who are disabled, or may be, from care through rehabilitation back
into work. Nothing here decides; it says what people have to look at.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from shared.regulation.data_files import DATA_FOLDER, RuleFile, Section, codes_in_lists

_RESPONSIBLE = codes_in_lists("waiting_on") - {"none"}
_T = TypeVar("_T")


@dataclass(frozen=True)
class Trigger:
    """What a doctor's statement says that calls for it; `field` is the field of the form."""

    code: str
    title_id: str
    title_en: str
    field: str


@dataclass(frozen=True)
class Condition:
    """What must hold before the programme begins, and who sees to it."""

    code: str
    title_id: str
    title_en: str
    responsible: str


@dataclass(frozen=True)
class Right:
    """What the worker is told in plain words."""

    code: str
    text_id: str
    text_en: str
    legal_basis: str
    confidence: str


@dataclass(frozen=True)
class ReturnToWorkRules:
    """The whole file."""

    legal_basis: str
    confidence: str
    triggers: Mapping[str, Trigger]
    conditions: tuple[Condition, ...]
    rights: tuple[Right, ...]


def load_return_to_work(path: Path) -> ReturnToWorkRules:
    """Raises BadRuleFile, with the line, for anything missing, unknown or without its two languages."""
    top = RuleFile(path).top
    rules = ReturnToWorkRules(
        *top.source(),
        {trigger.code: trigger for trigger in _read(top, "triggers", _trigger)},
        tuple(_read(top, "conditions", _condition)),
        tuple(_read(top, "rights", _right)),
    )
    top.close()
    return rules


def _read(top: Section, name: str, read: Callable[[str, Section], _T]) -> list[_T]:
    found = []
    for code, section in top.section(name).sections():
        found.append(read(code, section))
        section.close()
    return found


def _trigger(code: str, section: Section) -> Trigger:
    return Trigger(code, *_two_languages(section, "title"), section.text("field"))


def _condition(code: str, section: Section) -> Condition:
    return Condition(code, *_two_languages(section, "title"), section.code("responsible", _RESPONSIBLE))


def _right(code: str, section: Section) -> Right:
    return Right(code, *_two_languages(section, "text"), *section.source())


def _two_languages(section: Section, key: str) -> tuple[str, str]:
    texts = section.texts(key)
    if len(texts) != 2 or not all(text.strip() for text in texts):
        raise section.bad(key, "two texts are expected, Indonesian and English")
    return texts[0], texts[1]


RETURN_TO_WORK = load_return_to_work(DATA_FOLDER / "return_to_work.yaml")
