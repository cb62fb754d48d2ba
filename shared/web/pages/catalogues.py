"""Texts of the pages: English in templates and code, Indonesian in `locales/id.po` beside them.

The catalogues are read as they are, without a step that compiles them.
"""

import io
from collections.abc import Sequence
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LANGUAGES = ("id", "en")
DEFAULT_LANGUAGE = "id"
# Messages in the source are English.
_WRITTEN_IN = "en"


def translations(language: str, folders: Sequence[Path]) -> Translations:
    """The catalogue of a language out of `<folder>/locales/<language>.po` of each folder; later ones win."""
    made = Translations(io.BytesIO(_compiled(None)))
    if language == _WRITTEN_IN:
        return made
    for folder in folders:
        path = folder / "locales" / f"{language}.po"
        if path.exists():
            made.merge(Translations(io.BytesIO(_compiled(path))))
    return made


def _compiled(path: Path | None) -> bytes:
    with io.BytesIO() as compiled:
        text = path.read_bytes() if path else b'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
        write_mo(compiled, read_po(io.BytesIO(text)))
        return compiled.getvalue()
