"""The protocol pack that this server follows: the district's own when there is one, else the one that is shipped."""

from importlib.resources import files
from pathlib import Path

from geo_server.domain.errors import InvalidInput
from geo_server.domain.protocols import ProtocolPack, read_pack

PACK_NAME = "protocols.toml"


def load_pack(data_dir: Path) -> ProtocolPack:
    """The pack in ``data_dir/protocols.toml``, or the shipped one when that file does not exist.

    Raises:
        InvalidInput: The district's pack is there and cannot be used. A broken pack is never silently replaced.
    """
    own = data_dir / PACK_NAME
    try:
        return read_pack(own.read_text(encoding="utf-8"), where=str(own))
    except (FileNotFoundError, NotADirectoryError):
        return load_shipped_pack()
    except (OSError, UnicodeDecodeError) as fault:
        raise InvalidInput(
            f"The protocol pack cannot be read: {fault}.",
            where=str(own),
            advice="Save it as UTF-8 text that the server's user may read, or remove it to use the shipped pack.",
        ) from fault


def load_shipped_pack() -> ProtocolPack:
    """The pack that comes with the package."""
    text = (files("geo_server.domain") / PACK_NAME).read_text(encoding="utf-8")
    return read_pack(text, where=f"shipped {PACK_NAME}")
