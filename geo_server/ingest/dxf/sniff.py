"""Bytes to an ezdxf document: read strictly, repaired when that fails."""

import io
import logging
from dataclasses import dataclass, field

from ezdxf import recover
from ezdxf.document import Drawing as Document
from ezdxf.filemanagement import dxf_stream_info, read
from ezdxf.lldxf.encoding import decode_dxf_unicode, has_dxf_unicode
from ezdxf.lldxf.tagger import binary_tags_loader

from geo_server.domain.errors import UnreadableFile
from geo_server.domain.findings import Finding
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.plain_lines import PlainLine, PlainLines
from geo_server.ingest.dxf.tags import BrokenStructure, read_tags
from geo_server.ingest.signatures import BINARY_SENTINEL

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opened:
    """A file that was opened.

    Args:
        document: What ezdxf read of it.
        plain: Lines that are not in the document, because they were simple enough to be read without it.
    """

    document: Document
    plain: PlainLines = field(default_factory=dict)


def open_document(data: bytes, name: str) -> tuple[Opened, list[Finding]]:
    """What the bytes hold, with a finding when it had to be repaired.

    Raises:
        UnreadableFile: Neither reading nor repairing succeeds.
    """
    try:
        opened, findings = _read(data)
        return _with_model_space(opened), findings
    except Exception as fault:  # noqa: BLE001 - a damaged file makes the reader raise nearly anything
        log.info("%s: strict reading failed (%s); repairing", name, fault)
        return _recover(data, name, fault)


def _read(data: bytes) -> tuple[Opened, list[Finding]]:
    if data.startswith(BINARY_SENTINEL):
        return Opened(Document.load(binary_tags_loader(data))), []
    data = data.removeprefix(b"\xef\xbb\xbf")
    text = data.decode("utf-8", errors="ignore")
    encoding = dxf_stream_info(io.StringIO(text)).encoding
    text = data.decode(encoding, errors="surrogateescape").replace("\r\n", "\n").replace("\r", "\n")
    if has_dxf_unicode(text):
        text = decode_dxf_unicode(text)
    plain: dict[str, list[PlainLine]] = {}
    try:
        return Opened(Document.from_tags(read_tags(text, plain)), plain), []
    except MemoryError:
        raise
    except BrokenStructure as fault:
        return Opened(read(io.StringIO(text))), [_repaired(fault)]
    except Exception:  # noqa: BLE001 - ezdxf's own loader says what is wrong, and where
        return Opened(read(io.StringIO(text))), []


def _with_model_space(opened: Opened) -> Opened:
    """The file, if it has the one layout that is read; a damaged table of blocks can lack it."""
    if "Model" not in opened.document.layouts:
        raise ValueError("it has no model space")
    return opened


def _recover(data: bytes, name: str, fault: Exception) -> tuple[Opened, list[Finding]]:
    if data.startswith(BINARY_SENTINEL):
        raise _refusal(name, fault) from fault
    try:
        document, auditor = recover.read(io.BytesIO(data))
        opened = _with_model_space(Opened(document))
    except Exception as second:
        raise _refusal(name, second) from second
    repairs = len(auditor.fixes) + len(auditor.errors)
    return opened, [_repaired(fault, _cut_off(data), repairs)]


def _repaired(fault: Exception, words: str | None = None, repairs: int = 1) -> Finding:
    words = words or f"The file breaks the DXF rules ({_one_line(fault)}) and was repaired while reading."
    return make_finding("file-repaired", words, count=max(1, repairs))


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
