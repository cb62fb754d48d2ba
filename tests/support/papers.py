"""A PDF to send, and what a PDF says as a reader other than the hub reads it."""

import pypdfium2

# As small as one can be, and empty.
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def text_of(pdf: bytes) -> str:
    """The text of all pages, in their order."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(_text_of(page) for page in document)
    finally:
        document.close()


def _text_of(page: pypdfium2.PdfPage) -> str:
    text = page.get_textpage()
    try:
        return str(text.get_text_range())
    finally:
        text.close()
        page.close()
