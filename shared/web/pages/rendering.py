"""From a template and what it shows to a page in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from shared.identifiers import in_fours, is_test, new_id, organisation_number
from shared.regulation.codes import title_of
from shared.web.pages import formats
from shared.web.pages.assets import PAGES_FROM_NPM, SHARED_ASSETS, Assets
from shared.web.pages.catalogues import DEFAULT_LANGUAGE, LANGUAGES, translations
from shared.web.pages.cookies import LANGUAGE_COOKIE, VISIT_COOKIE, begin_visit, cookie, csrf_token, new_token
from shared.web.pages.notices import HubNotice, NoticeBoard

_SHARED_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Visitor:
    """The signed-in person. `id` is what decisions are recorded under; `session` the cookie's token."""

    id: str
    name: str
    role: str
    session: str


@dataclass(frozen=True)
class View:
    """What every template knows: `view.language`, `view.visitor` (None before sign-in), `view.csrf` for forms,
    `view.once` (by what the forms of this very page are known when they are sent twice),
    `view.notices` (what the hub tells of itself)."""

    language: str
    path: str
    csrf: str
    visitor: Visitor | None
    notices: Sequence[HubNotice] = ()
    once: str = field(default_factory=lambda: str(new_id()))


class Pages:
    """The pages of one service: `folders` hold `templates`, `locales` and perhaps `assets`.

    `board` tells what stands above every page.

    Templates are escaped always, know `view`, `asset(name)`, `_()`/`ngettext`, the languages' filters (`moment`, `day`,
    `rupiah`, `number`, `duration`, `title`, `titled(list)`) and those of names (`in_fours`, `organisation_number`, the
    test `trial_organisation`), and fail on a name nobody gave.
    """

    def __init__(self, folders: Sequence[Path], *, public_url: str, board: NoticeBoard | None = None) -> None:
        every = (_SHARED_FOLDER, *folders)
        own = [folder / "assets" for folder in folders if (folder / "assets").is_dir()]
        self.assets = Assets([SHARED_ASSETS, *own], PAGES_FROM_NPM)
        self.board = board
        self.secure = urlsplit(public_url).scheme == "https"
        self.origin = "{0.scheme}://{0.netloc}".format(urlsplit(public_url))
        self._environments = {language: _environment(language, every, self.assets) for language in LANGUAGES}

    def language(self, request: Request) -> str:
        """The language chosen, else Indonesian."""
        chosen = request.cookies.get(LANGUAGE_COOKIE)
        return chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE

    def text(self, template: str, language: str, **shown: Any) -> str:
        """A part of a page that is the same for everybody who reads this language."""
        return self._environments[language].get_template(template).render(**shown)

    def translated(self, message: str, language: str) -> str:
        """One message of the catalogue, for what is put together outside templates."""
        return str(self._environments[language].filters["translated"](message))

    def page(self, request: Request, template: str, *, status: int = 200, **shown: Any) -> Response:
        """A page, or a part of one for htmx. Begins a visit when the forms of the page have nothing to hang on."""
        language, visitor = self.language(request), visitor_of(request)
        held = visitor.session if visitor else cookie(request, VISIT_COOKIE)
        token = held or new_token()
        view = View(language, request.url.path, csrf_token(token), visitor, self.board.current() if self.board else ())
        response = HTMLResponse(self.text(template, language, view=view, **shown), status)
        if held is None:
            begin_visit(response, token, secure=self.secure)
        return response


def visitor_of(request: Request) -> Visitor | None:
    """Who is signed in, as the reception found out."""
    visitor = getattr(request.state, "visitor", None)
    return visitor if isinstance(visitor, Visitor) else None


def _environment(language: str, folders: Sequence[Path], assets: Assets) -> Environment:
    loader = ChoiceLoader([FileSystemLoader(folder / "templates") for folder in reversed(folders)])
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        auto_reload=False,
    )
    catalogue = translations(language, folders)
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(asset=assets.url, language=language, languages=LANGUAGES)

    def in_language(function: Any) -> Any:
        return lambda value, **options: "" if value is None else function(value, language, **options)

    for name in ("moment", "day", "rupiah", "number", "duration"):
        environment.filters[name] = in_language(getattr(formats, name))
    # For messages that stand in data: what `_()` would do, without taking `%` in them for a place to fill.
    environment.filters["translated"] = lambda message: catalogue.gettext(message)
    environment.filters["titled"] = lambda code, list_name: getattr(title_of(list_name, code), f"title_{language}")
    environment.filters["in_fours"] = in_fours
    environment.filters["organisation_number"] = organisation_number
    environment.tests["trial_organisation"] = is_test
    environment.filters["title"] = lambda both: both[language] if both else ""
    return environment
