"""The catalogues of translated texts."""

from pathlib import Path

from babel.messages.pofile import read_po


def catalogue(folder: Path) -> dict[str, str]:
    """The Indonesian texts of a folder of pages, by the text in the code; none that waits for a look."""
    with (folder / "locales" / "id.po").open("rb") as file:
        read = read_po(file, locale="id")
    told = {}
    for message in read:
        if message.id and not message.fuzzy:
            number = message.id[0] if isinstance(message.id, list | tuple) else message.id
            text = message.string[0] if isinstance(message.string, list | tuple) else message.string
            told[str(number)] = str(text)
    return told
