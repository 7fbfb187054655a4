"""What a command says: results on the standard output, all else on stderr. Neither ends it with a traceback."""

import contextlib
import os
import sys

import typer

from geo_server.domain.errors import Unavailable

READER_GONE = 141
"""Exit code when whoever read the standard output went away: that of a program which SIGPIPE ends."""


def say(text: str | bytes) -> None:
    """Write a result and a line end, in UTF-8 whatever the locale: a script reads the same everywhere.

    Raises:
        typer.Exit: Nobody reads any more.
        Unavailable: It cannot be written: the disk is full, or the standard output is closed.
    """
    data = text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace")
    out = sys.stdout
    if out is None:
        raise Unavailable("The standard output is closed.", advice="Send it to a file or to another program.")
    try:
        out.flush()
        out.buffer.write(data.removesuffix(b"\n") + b"\n")
        out.buffer.flush()
    except BrokenPipeError:
        abandon_stdout()
        raise typer.Exit(READER_GONE) from None
    except OSError as fault:
        raise unwritable_stdout(fault) from None


def tell(text: str) -> None:
    """Write a line to stderr when there is anybody to read it. Python itself disregards one that is closed."""
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)


def unwritable_stdout(fault: OSError) -> Unavailable:
    """The refusal for a standard output that cannot be written; nothing more is written to it."""
    abandon_stdout()
    return Unavailable(
        f"The standard output cannot be written: {fault.strerror}.", advice="Send it to where there is room."
    )


def abandon_stdout() -> None:
    """Let what is still buffered go nowhere, so that Python does not fail over it when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    if nowhere != sys.stdout.fileno():
        os.close(nowhere)
