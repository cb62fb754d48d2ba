"""Reading the YAML files of rules; every complaint names the file, the line and the reason.

Numbers with a fraction come as Decimal, so that a rate is what the file says. Nothing here knows a rule.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA_FOLDER = Path(__file__).parent / "data"
CONFIDENCES = ("certain", "uncertain")
_HUNDRED = Decimal(100)

Place = tuple[str | int, ...]


class BadRuleFile(ValueError):
    """A file of rules that cannot be used: says which file, which line and why. Raised at start, never in a request."""

    def __init__(self, path: Path, reason: str, line: int | None = None) -> None:
        super().__init__(f"{path.name}:{line}: {reason}" if line is not None else f"{path.name}: {reason}")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C loader where there is one
    pass


_Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal(loader.construct_scalar(node)))


class RuleFile:
    """One file with the line of every value in it."""

    def __init__(self, path: Path) -> None:
        """Raises BadRuleFile when it cannot be read, is no YAML mapping or holds a key twice."""
        self.path = path
        self._lines: dict[Place, int] = {}
        try:
            loader = _Loader(path.read_text(encoding="utf-8"))
            try:
                node = loader.get_single_node()
                if node is not None:
                    self._note_lines(node, ())
                data = loader.construct_document(node) if node is not None else None
            finally:
                loader.dispose()
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else None
            raise BadRuleFile(path, f"no YAML: {error.problem or error}", line) from error
        except (OSError, UnicodeDecodeError, ArithmeticError, ValueError) as error:
            if isinstance(error, BadRuleFile):
                raise
            raise BadRuleFile(path, f"cannot be read: {error}") from error
        if not isinstance(data, dict):
            raise BadRuleFile(path, "a mapping is expected at the top", 1)
        self.data: dict[str, Any] = data

    def _note_lines(self, node: yaml.Node, place: Place) -> None:
        self._lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                line = key.start_mark.line + 1
                if key.value in seen:
                    raise BadRuleFile(self.path, f"{key.value} stands there twice", line)
                seen.add(key.value)
                self._lines[(*place, key.value)] = line
                self._note_lines(value, (*place, key.value))
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._note_lines(value, (*place, index))

    def bad(self, place: Place, reason: str) -> BadRuleFile:
        """The error for what stands at `place`; for what is missing there, with the line of what should hold it."""
        known = place
        while known and known not in self._lines:
            known = known[:-1]
        named = ".".join(str(part) for part in place)
        return BadRuleFile(self.path, f"{named}: {reason}" if named else reason, self._lines.get(known, 1))

    @property
    def top(self) -> "Section":
        return Section(self, (), self.data)


class Section:
    """A mapping of a rule file, read key by key: each reader says what it expects, `close` refuses what nobody read."""

    def __init__(self, file: RuleFile, place: Place, values: Mapping[Any, Any]) -> None:
        self.file = file
        self.place = place
        self._values = {str(key): value for key, value in values.items()}
        self._read: set[str] = set()

    def bad(self, key: str | None, reason: str) -> BadRuleFile:
        """The error for the value under `key`, or for the whole section."""
        return self.file.bad(self.place if key is None else (*self.place, key), reason)

    def has(self, key: str) -> bool:
        """Whether there is a value, null not being one."""
        self._read.add(key)
        return self._values.get(key) is not None

    def text(self, key: str) -> str:
        value = self._required(key)
        if not isinstance(value, str) or not value.strip():
            raise self.bad(key, "a text is expected")
        return value

    def number(self, key: str, *, least: int = 0) -> int:
        """A whole number."""
        value = self._required(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.bad(key, f"a whole number of at least {least} is expected")
        return value

    def percent(self, key: str) -> Decimal:
        """Over 0 and at most 100."""
        value = self._required(key)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.bad(key, "a percentage is expected")
        rate = Decimal(value)
        if not rate.is_finite() or rate <= 0:
            raise self.bad(key, "a percentage over 0 is expected")
        if rate > _HUNDRED:
            raise self.bad(key, f"{rate} % is over 100 %")
        return rate

    def day(self, key: str) -> date:
        value = self._required(key)
        if type(value) is not date:
            raise self.bad(key, "a day as YYYY-MM-DD is expected")
        return value

    def moment(self, key: str) -> datetime:
        """A time with its offset."""
        value = self._required(key)
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise self.bad(key, "a time with its offset is expected")
        return value

    def code(self, key: str, codes: Sequence[str] | frozenset[str]) -> str:
        """One of `codes`."""
        value = self.text(key)
        if value not in codes:
            raise self.bad(key, f"unknown code {value}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty when there is none."""
        values = self._values.get(key) if self.has(key) else []
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise self.bad(key, "a list of texts is expected")
        return tuple(values)

    def codes(self, key: str, codes: Sequence[str] | frozenset[str]) -> tuple[str, ...]:
        """A list of codes, all among `codes`."""
        values = self.texts(key)
        for value in values:
            if value not in codes:
                raise self.bad(key, f"unknown code {value}")
        return values

    def values(self, key: str) -> list[Any]:
        """A list of whatever, empty when there is none."""
        values = self._values.get(key) if self.has(key) else []
        if not isinstance(values, list):
            raise self.bad(key, "a list is expected")
        return values

    def flag(self, key: str) -> bool:
        """Yes or no, no when there is none."""
        value = self._values.get(key) if self.has(key) else False
        if not isinstance(value, bool):
            raise self.bad(key, "true or false is expected")
        return value

    def source(self) -> tuple[str, str]:
        """The article and how sure it is: every rule has both."""
        if not self.has("legal_basis"):
            raise self.bad(None, "legal_basis is missing")
        confidence = self._values.get("confidence") if self.has("confidence") else None
        if confidence not in CONFIDENCES:
            raise self.bad("confidence", "confidence must be certain or uncertain")
        return self.text("legal_basis"), str(confidence)

    def section(self, key: str) -> "Section":
        value = self._required(key)
        if not isinstance(value, dict):
            raise self.bad(key, "a mapping is expected")
        return Section(self.file, (*self.place, key), value)

    def names(self) -> list[str]:
        """Every key, in the order of the file."""
        return list(self._values)

    def sections(self) -> Iterator[tuple[str, "Section"]]:
        """Every value of this mapping, each a mapping itself."""
        for key in self.names():
            yield key, self.section(key)

    def items(self, key: str) -> list["Section"]:
        """A list of mappings."""
        value = self._required(key)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.bad(key, "a list of mappings is expected")
        return [Section(self.file, (*self.place, key, index), item) for index, item in enumerate(value)]

    def close(self) -> None:
        """To be called when everything expected was read. Raises BadRuleFile for any other key."""
        for key in self._values:
            if key not in self._read:
                raise self.bad(key, "unknown key")

    def _required(self, key: str) -> Any:
        if not self.has(key):
            raise self.file.bad(self.place, f"{key} is missing")
        return self._values[key]


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in `path`. Raises BadRuleFile with file, line and reason when it is none."""
    return RuleFile(path).data


@cache
def codes_in_lists(list_name: str) -> frozenset[str]:
    """The codes of a list of `codes.yaml` as they stand there, for checking other files against it."""
    data = _code_lists()
    codes = {str(code) for code in data["lists"][list_name]}
    for part in data.get("sided", {}).get(list_name, {}):
        codes |= {f"{part}_left", f"{part}_right"}
    return frozenset(codes)


@cache
def _code_lists() -> dict[str, Any]:
    """Parsed once: it is the largest of the files, and every other one is checked against it."""
    return read_yaml(DATA_FOLDER / "codes.yaml")
