"""QR codes, for links that people open by holding a phone to a screen or to paper."""

import segno


def qr_code(text: str) -> str:
    """A text as a QR code: an SVG image as a ``data:`` address, dark on light whatever the page's colours are.

    Error correction at level M: a seventh of the code may be dirty. Four modules of margin, as ISO/IEC 18004 asks.
    """
    return segno.make(text, error="m", micro=False).svg_data_uri(border=4, light="#fff", dark="#000")
