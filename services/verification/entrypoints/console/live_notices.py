"""What the hub tells of itself, on pages of the console that stay open."""

from services.verification.application.console_queue import LiveQueue
from shared.web.pages.catalogues import LANGUAGES
from shared.web.pages.notices import NoticeBoard
from shared.web.pages.rendering import Pages


def tell_open_pages(board: NoticeBoard, live: LiveQueue, pages: Pages) -> None:
    """From now on, whenever it becomes something else; rendered once a language."""
    board.on_change(
        lambda shown: live.tell_everybody(
            "notices", {language: pages.text("notices.html", language, shown=shown) for language in LANGUAGES}
        )
    )
