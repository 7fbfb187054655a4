"""How a command ends: with an exit code of the table below, and one line on stderr when it was not done."""

import tempfile
import traceback
from collections.abc import Callable, Mapping

import typer

from geo_server.cli.output import READER_GONE, tell
from geo_server.domain.errors import GeoServerError

DONE, FAULT, REFUSED, INTERRUPTED = 0, 1, 2, 130

EXIT_CODES: Mapping[int, str] = {
    DONE: "done; of `up` and `serve`: ended by Ctrl-C or SIGTERM",
    FAULT: "a fault of this program; the line names the file that holds its traceback",
    REFUSED: "refused: the line says what, where and what to do; of `doctor`: something is wrong",
    INTERRUPTED: "interrupted by Ctrl-C or SIGTERM",
    READER_GONE: "whoever read the output went away, as `head` does",
}


def exit_code(command: Callable[[], object]) -> int:
    """Run a command; whatever it ends with becomes an exit code, and a line on stderr where one is due.

    Args:
        command: Returns None or an exit code.
    """
    try:
        ended = command()
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except GeoServerError as refusal:
        return _refused(str(refusal))
    except typer.TyperException as misuse:
        return _refused(_with_help(misuse))
    except Exception as fault:  # noqa: BLE001 - the last resort: kept whole in a file
        tell(f"geo-server: error: {_fault(fault)}")
        return FAULT
    return ended if isinstance(ended, int) else DONE


def _refused(message: str) -> int:
    tell(f"geo-server: error: {' '.join(message.split())}")
    return REFUSED


def _with_help(misuse: typer.TyperException) -> str:
    """What is wrong with the words of a command line, and where the right ones stand."""
    context = getattr(misuse, "ctx", None)
    path = context.command_path if context is not None else "geo-server"
    place = path.removeprefix("geo-server").strip()
    what = misuse.format_message().rstrip(" .")
    return f"{place + ': ' if place else ''}{what}. See {path} --help."


def _fault(fault: Exception) -> str:
    """One line about a bug; its traceback is kept in a file for whoever mends it."""
    what = f"A fault of this program, {type(fault).__name__}."
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="geo-server-fault-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            traceback.print_exception(fault, file=file)
    except OSError:
        return f"{what} Its traceback cannot be kept: set TMPDIR to a folder that can be written, and run it again."
    return f"{what} Please report it with {file.name}, which holds its traceback."
