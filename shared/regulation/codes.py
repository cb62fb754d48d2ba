"""Every coded list of the public interface, with titles in Indonesian and English."""

from dataclasses import dataclass
from pathlib import Path

from shared.regulation.contributions import RISK_GROUP_TABLE
from shared.regulation.data_files import DATA_FOLDER, RuleFile
from shared.regulation.document_table import DOCUMENT_TABLE
from shared.regulation.guards import GUARDS
from shared.regulation.provinces import PROVINCES
from shared.regulation.return_to_work import RETURN_TO_WORK
from shared.regulation.rule_sets import DISABILITIES


@dataclass(frozen=True)
class Code:
    """One value of a coded list."""

    code: str
    title_id: str
    title_en: str

    @property
    def title(self) -> dict[str, str]:
        """Both, as JSON answers tell them."""
        return {"id": self.title_id, "en": self.title_en}

    def in_language(self, language: str) -> str:
        """One of them: `id`, else English."""
        return self.title_id if language == "id" else self.title_en


def load_code_lists(path: Path) -> dict[str, list[Code]]:
    """List name → its codes, in the order of the file. Sided body parts come as `<part>_left` and `<part>_right`.
    Raises BadRuleFile for a code without its two titles."""
    file = RuleFile(path)
    data = file.data
    lists: dict[str, list[Code]] = {}
    for name, entries in data["lists"].items():
        lists[name] = [_code(file, ("lists", name, str(code)), titles) for code, titles in entries.items()]
    for name, entries in data.get("sided", {}).items():
        for part, titles in entries.items():
            base = _code(file, ("sided", name, str(part)), titles)
            lists[name] += [
                Code(f"{part}_left", f"{base.title_id} kiri", f"Left {base.title_en}"),
                Code(f"{part}_right", f"{base.title_id} kanan", f"Right {base.title_en}"),
            ]
    return lists


def _code(file: RuleFile, place: tuple[str, str, str], titles: object) -> Code:
    if not isinstance(titles, list) or len(titles) != 2 or not all(str(title).strip() for title in titles):
        raise file.bad(place, "two titles are expected, Indonesian and English")
    return Code(place[-1], str(titles[0]), str(titles[1]))


def _documents() -> list[Code]:
    """The document table's own codes, so that they are written down once."""
    return list({row.code: Code(row.code, row.title_id, row.title_en) for row in DOCUMENT_TABLE}.values())


def _guards() -> list[Code]:
    return [Code(guard.code, guard.sentence_id, guard.sentence_en) for guard in GUARDS.values()]


def _provinces() -> list[Code]:
    return [Code(province.code, province.name, province.name) for province in PROVINCES.values()]


def _risk_groups() -> list[Code]:
    return [Code(group.code, group.title_id, group.title_en) for group in RISK_GROUP_TABLE]


def _disabilities() -> list[Code]:
    return [Code(row.code, row.title_id, row.title_en) for row in DISABILITIES.rows.values()]


def _return_to_work() -> dict[str, list[Code]]:
    """What calls for the programme and what must hold, as its own file says it."""
    triggers, conditions = RETURN_TO_WORK.triggers.values(), RETURN_TO_WORK.conditions
    return {
        "return_to_work_triggers": [Code(each.code, each.title_id, each.title_en) for each in triggers],
        "return_to_work_conditions": [Code(each.code, each.title_id, each.title_en) for each in conditions],
    }


CODE_LISTS: dict[str, list[Code]] = {
    **load_code_lists(DATA_FOLDER / "codes.yaml"),
    "documents": _documents(),
    "provinces": _provinces(),
    "disabilities": _disabilities(),
    "risk_groups": _risk_groups(),
    "guards": _guards(),
    **_return_to_work(),
}


def _without_side() -> dict[str, Code]:
    """Body parts as hospitals tell them that name no side; reports of employers always name one."""
    sided = [code for code in CODE_LISTS["body_parts"] if code.code.endswith("_right")]
    return {
        (part := code.code.removesuffix("_right")): Code(
            part, code.title_id.removesuffix(" kanan"), code.title_en.removeprefix("Right ").capitalize()
        )
        for code in sided
    }


_TITLES: dict[str, dict[str, Code]] = {name: {code.code: code for code in codes} for name, codes in CODE_LISTS.items()}
_TITLES["body_parts"] |= _without_side()


def codes_of(list_name: str) -> tuple[str, ...]:
    """The values of one list, for enums and checks. Raises KeyError for an unknown list."""
    return tuple(code.code for code in CODE_LISTS[list_name])


def title_of(list_name: str, code: str) -> Code:
    """The titled code, or the code standing for itself when the list doesn't know it (data of a later version)."""
    return _TITLES[list_name].get(code) or Code(code, code, code)
