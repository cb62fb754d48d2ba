"""QR codes for papers and pages."""

import io

import segno


def qr_svg(text: str) -> str:
    """An SVG picture of a QR code that says `text`, an address say; black on nothing, with its quiet zone."""
    with io.BytesIO() as picture:
        segno.make(text, error="m", micro=False).save(picture, kind="svg", border=4, xmldecl=False, svgns=True)
        return picture.getvalue().decode()
