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
    DISCARDED = "discarded"
    """A draft that nobody wanted. It never changes again, and nothing follows it; it can be copied like any other."""


class ImportState(StrEnum):
    """Life of an import."""

    WAITING = "waiting"
    """No server has taken it yet."""
    RUNNING = "running"
    FINISHED = "finished"
    """A draft came of it."""
    REFUSED = "refused"
    """The files, or what was said of them, cannot be taken: send others."""
    CANCELLED = "cancelled"
    """A person stopped it. It can be tried again."""
    FAILED = "failed"
    """Nothing says that the files are at fault. It can be tried again."""

    @property
    def is_open(self) -> bool:
        """Whether something is still to come of it."""
        return self in {ImportState.WAITING, ImportState.RUNNING}


class TokenKind(StrEnum):
    """What a token opens."""

    SIGN_IN = "sign_in"
    """A link that signs one person in, once."""
    SESSION = "session"
    """A browser that is signed in."""
    API = "api"
    """A program."""
    RESPONDER_LINK = "responder_link"
    """A link that lets devices without an account see one incident."""
