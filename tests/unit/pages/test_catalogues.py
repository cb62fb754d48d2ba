"""Every text of every page is there in Indonesian."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from tests.support.catalogues import catalogue

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT / "shared" / "web" / "pages"
# Every folder with templates is a folder of pages.
FOLDERS = sorted({path.parent for path in (ROOT / "services").rglob("templates")} | {ROOT / "shared" / "receipts"})
_METHODS = [("**/node_modules/**", "ignore"), ("**.py", "python"), ("**/templates/**.html", "jinja2")]
_OPTIONS = {"**/templates/**.html": {"newstyle_gettext": "true", "trim_blocks": "true", "encoding": "utf-8"}}
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}


def messages_of(folder: Path) -> Iterator[str]:
    found = extract_from_dir(folder, _METHODS, _OPTIONS, keywords=_KEYWORDS)
    for _, _, message, _, _ in found:
        yield message[0] if isinstance(message, tuple) else message


@pytest.mark.parametrize("folder", [SHARED, *FOLDERS], ids=lambda folder: str(folder.relative_to(ROOT)))
def test_every_message_is_told_in_indonesian(folder: Path) -> None:
    known = {**catalogue(SHARED), **catalogue(folder)}
    missing = sorted({message for message in messages_of(folder) if not known.get(message)})
    assert not missing, "write these into locales/id.po: " + "\n".join(missing)


@pytest.mark.parametrize("folder", [SHARED, *FOLDERS], ids=lambda folder: str(folder.relative_to(ROOT)))
def test_every_translation_fills_the_same_places(folder: Path) -> None:
    def places(text: str) -> set[str]:
        return {part.partition(")")[0] for part in text.split("%(")[1:]}

    wrong = {message for message, told in catalogue(folder).items() if not places(told) <= places(message)}
    assert not wrong
