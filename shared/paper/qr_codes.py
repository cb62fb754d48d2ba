"""QR codes for papers and pages."""

import io

import segno


def qr_svg(text: str) -> str:
    """An SVG picture of a QR code that says `text`, an address say; black on nothing, with its quiet zone."""
    with io.BytesIO() as picture:
        segno.make(text, error="m", micro=False).save(picture, kind="svg", border=4, xmldecl=False, svgns=True)
        return picture.getvalue().decode()


def qr_inline(text: str) -> str:
    """The same as a part of a page, which sizes it by its class `qr`."""
    return str(segno.make(text, error="m").svg_inline(scale=4, border=2, title="QR", svgclass="qr", lineclass=None))
