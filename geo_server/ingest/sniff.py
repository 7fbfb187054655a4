"""Bytes to an ezdxf document: read strictly, repaired when that fails."""

import io
import logging

from ezdxf import recover
from ezdxf.document import Drawing as Document
from ezdxf.filemanagement import dxf_stream_info, read
from ezdxf.lldxf.encoding import decode_dxf_unicode, has_dxf_unicode
from ezdxf.lldxf.tagger import binary_tags_loader

from geo_server.domain.errors import UnreadableFile
from geo_server.domain.findings import Finding
from geo_server.ingest.codes import make_finding
from geo_server.ingest.signatures import BINARY_SENTINEL
from geo_server.ingest.tags import read_tags

log = logging.getLogger(__name__)


def open_document(data: bytes, name: str) -> tuple[Document, list[Finding]]:
    """The document that the bytes hold, with a finding when it had to be repaired.

    Raises:
        UnreadableFile: Neither reading nor repairing succeeds.
    """
    try:
        return _with_model_space(_read(data)), []
    except Exception as fault:  # noqa: BLE001 - a damaged file makes the reader raise nearly anything
        log.info("%s: strict reading failed (%s); repairing", name, fault)
        return _recover(data, name, fault)


def _read(data: bytes) -> Document:
    if data.startswith(BINARY_SENTINEL):
        return Document.load(binary_tags_loader(data))
    data = data.removeprefix(b"\xef\xbb\xbf")
    text = data.decode("utf-8", errors="ignore")
    encoding = dxf_stream_info(io.StringIO(text)).encoding
    text = data.decode(encoding, errors="surrogateescape").replace("\r\n", "\n").replace("\r", "\n")
    if has_dxf_unicode(text):
        text = decode_dxf_unicode(text)
    try:
        return Document.from_tags(read_tags(text))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - ezdxf's own loader says what is wrong, and where
        return read(io.StringIO(text))


def _with_model_space(document: Document) -> Document:
    """The document, if it has the one layout that is read; a damaged table of blocks can lack it."""
    if "Model" not in document.layouts:
        raise ValueError("it has no model space")
    return document


def _recover(data: bytes, name: str, fault: Exception) -> tuple[Document, list[Finding]]:
    if data.startswith(BINARY_SENTINEL):
        raise _refusal(name, fault) from fault
    try:
        document, auditor = recover.read(io.BytesIO(data))
        _with_model_space(document)
    except Exception as second:
        raise _refusal(name, second) from second
    repairs = len(auditor.fixes) + len(auditor.errors)
    return document, [
        make_finding(
            "file-repaired",
            _cut_off(data) or f"The file breaks the DXF rules ({_one_line(fault)}) and was repaired while reading.",
            count=max(1, repairs),
        )
    ]


def _cut_off(data: bytes) -> str | None:
    """Where a text file breaks off, or None when it has its end."""
    lines = data.rstrip().splitlines()
    if lines and lines[-1].strip().upper() == b"EOF":
        return None
    return f"The file breaks off in line {len(lines):,}, without its end, and was read as far as it goes."


def _refusal(name: str, fault: Exception) -> UnreadableFile:
    return UnreadableFile(
        f"The DXF file is damaged beyond repair: {_one_line(fault)}.",
        where=name,
        advice="Open it in a CAD program, run AUDIT, and save it as DXF again.",
    )


def _one_line(fault: Exception) -> str:
    words = " ".join(str(fault).split()) or type(fault).__name__
    if isinstance(fault, KeyError):
        words = f"its part {words} is missing"
    return words.rstrip(".")[:160]
