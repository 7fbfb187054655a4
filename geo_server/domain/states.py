"""States and kinds of the records that a server keeps about its own work: revisions, imports and tokens."""

from enum import StrEnum


class RevisionState(StrEnum):
    """Life of a floorplan revision."""

    DRAFT = "draft"
    """Being placed and corrected; nobody sees it on the map."""
    PUBLISHED = "published"
    """In force. One a building."""
    SUPERSEDED = "superseded"
    """Was in force until a later one was published. It never changes again."""


class ImportState(StrEnum):
    """Life of an import."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class TokenKind(StrEnum):
    """What a token opens."""

    SIGN_IN = "sign_in"
    """A link that signs one person in, once."""
    SESSION = "session"
    """A browser that is signed in."""
    API = "api"
    """A program."""
