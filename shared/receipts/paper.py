"""A receipt on paper: what its page shows, with a QR code of the page's address."""

from functools import cache
from pathlib import Path

from shared.identifiers import in_fours
from shared.paper.qr_codes import qr_svg
from shared.paper.typesetter import sheet_of, typesetter
from shared.receipts.register import Found
from shared.regulation.codes import title_of
from shared.web.pages import formats
from shared.web.pages.catalogues import N_
from shared.web.pages.rendering import Pages

_RECEIPT = N_("Receipt")
_LABELS = (N_("What was accepted"), N_("When"), N_("By whom"))
_HOW = N_("Whoever holds this paper can check at this address whether it is genuine. What was sent is not shown there.")
_FORGOTTEN = N_("Deleted together with what was sent, as the law asks.")
_PAGE = N_("Page {page} of {pages}")
_TEST = N_("This is only a test.")
_SENDER = N_("Simpul, the hub of work accident insurance (JKK)")


async def receipt_pdf(pages: Pages, language: str, found: Found, service: str, url: str) -> bytes:
    """One page. Raises Unavailable when too many papers wait to be printed."""

    def said(message: str) -> str:
        return pages.translated(message, language)

    def titled(list_name: str, code: str) -> str:
        return str(getattr(title_of(list_name, code), f"title_{language}"))

    code, giver = in_fours(found.code), titled("receipt_services", service)
    values = (titled("receipt_kinds", found.kind), formats.moment(found.accepted_at, language), giver)
    shown = {
        "language": language,
        "title": f"{said(_RECEIPT)} {code}",
        "sender": {"name": giver, "lines": [said(_SENDER)]},
        "footer": [url],
        "page": said(_PAGE),
        "heading": f"{said(_RECEIPT)}. {said(_TEST)}" if found.test else said(_RECEIPT),
        "code": code,
        "rows": [[said(label), value] for label, value in zip(_LABELS, values, strict=True)],
        "digests": list(found.digests),
        "forgotten": "" if found.digests else said(_FORGOTTEN),
        "picture": qr_svg(url),
        "address": url,
        "how": said(_HOW),
    }
    return await typesetter().pdf(_sheet(), shown, at=found.accepted_at)


@cache
def _sheet() -> str:
    return sheet_of(Path(__file__).with_name("receipt.typ"))
