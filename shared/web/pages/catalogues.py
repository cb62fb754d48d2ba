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


def N_(message: str) -> str:  # noqa: N802 - the name under which Babel looks for messages that are translated later
    """The message itself: marked here, translated where it is shown."""
    return message


def translations(language: str, folders: Sequence[Path]) -> Translations:
    """The catalogue of a language out of `<folder>/locales/<language>.po` of each folder; later ones win."""
    paths = [folder / "locales" / f"{language}.po" for folder in folders] if language != _WRITTEN_IN else []
    # The first one's rule of plurals is that of all of them, so none may be read before.
    found = [Translations(io.BytesIO(_compiled(path))) for path in paths if path.exists()]
    if not found:
        return Translations(io.BytesIO(_compiled(None)))
    first, *others = found
    for other in others:
        first.merge(other)
    return first


def _compiled(path: Path | None) -> bytes:
    with io.BytesIO() as compiled:
        text = path.read_bytes() if path else b'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
        write_mo(compiled, read_po(io.BytesIO(text)))
        return compiled.getvalue()
