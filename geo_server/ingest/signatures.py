"""How drawing files begin: told from their bytes, without the libraries that read them."""

import re

BINARY_SENTINEL = b"AutoCAD Binary DXF\r\n\x1a\x00"
DWG_VERSION = re.compile(rb"^AC10\d\d")
ASCII_START = re.compile(rb"^\s*(?:999\s*\n[^\n]*\n\s*)*0\s*\n\s*(?:SECTION|EOF)", re.IGNORECASE)


def is_dwg(data: bytes) -> bool:
    """Whether the bytes are a DWG file."""
    return DWG_VERSION.match(data) is not None


def is_dxf(data: bytes) -> bool:
    """Whether the bytes look like a DXF file, ASCII or binary."""
    head = data[:65536].removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data.startswith(BINARY_SENTINEL) or ASCII_START.match(head) is not None
