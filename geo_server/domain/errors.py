"""Refusals: what is wrong, where in the input, and what to do about it.

Three kinds of bad news are never mixed. An *outcome* is a value (a zone that is cut off, a finding beside a drawing).
A *refusal* is one of the classes below; it knows nothing of HTTP, and only ``api.problems`` pairs it with a status.
Anything else that is raised is a *bug*.

    GeoServerError
    ├── InvalidInput          the request or file says something that cannot be
    │   └── UnreadableFile    the bytes are not what they claim to be
    ├── TooLarge              over a stated limit
    ├── NotFound              no such thing, or not for this person
    ├── NotSignedIn           nobody is signed in, or the token is wrong or expired
    ├── NotAllowed            the role does not permit it
    ├── Conflict              right in itself, but not in the present state
    ├── TooOften              more often in a while than anybody needs
    └── Unavailable           something this server needs is missing or down
        └── DatabaseUnavailable   its database: what is wrong with it is for whoever runs the server
"""

from typing import ClassVar


class GeoServerError(Exception):
    """Base of all refusals.

    Args:
        what: One sentence: what is wrong, with the offending value.
        where: Place in the input (a field, a file and line, a layer and handle), or None when there is no such place.
        advice: One sentence: what the person can do, or None when nothing helps but reading ``what``.
    """

    slug: ClassVar[str] = "refused"
    title: ClassVar[str] = "Refused"

    def __init__(self, what: str, *, where: str | None = None, advice: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.advice = advice

    def __str__(self) -> str:
        """One line: ``where: what Advice.``"""
        place = f"{self.where}: " if self.where else ""
        advice = f" {self.advice}" if self.advice else ""
        return f"{place}{self.what}{advice}"

    def __reduce__(self) -> tuple[object, ...]:
        """Keep all three parts when a worker process sends the refusal back."""
        return _rebuild, (type(self), self.what, self.where, self.advice)


def _rebuild(kind: type[GeoServerError], what: str, where: str | None, advice: str | None) -> GeoServerError:
    return kind(what, where=where, advice=advice)


class InvalidInput(GeoServerError):
    """The request or the file says something that cannot be."""

    slug = "invalid-input"
    title = "The input is not valid"


class UnreadableFile(InvalidInput):
    """The bytes are not what they claim to be."""

    slug = "unreadable-file"
    title = "The file cannot be read"


class TooLarge(GeoServerError):
    """Over a stated limit."""

    slug = "too-large"
    title = "Over the limit"


class NotFound(GeoServerError):
    """No such thing, or not for this person."""

    slug = "not-found"
    title = "Not found"


class NotSignedIn(GeoServerError):
    """Nobody is signed in, or the token is wrong or expired."""

    slug = "not-signed-in"
    title = "Sign in first"


class NotAllowed(GeoServerError):
    """The role does not permit it."""

    slug = "not-allowed"
    title = "Not allowed for your role"


class Conflict(GeoServerError):
    """Right in itself, but not in the present state."""

    slug = "conflict"
    title = "In conflict with the present state"


class TooOften(GeoServerError):
    """More often in a while than anybody needs."""

    slug = "too-often"
    title = "Too often"


class Unavailable(GeoServerError):
    """Something that this server needs is missing or down."""

    slug = "unavailable"
    title = "Not available at the moment"


class DatabaseUnavailable(Unavailable):
    """The database is down or unfit. Its message names hosts and accounts, so a stranger is told only that it is."""

    slug = "database-unavailable"
    title = "The database is not available at the moment"
