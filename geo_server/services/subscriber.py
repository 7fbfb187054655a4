"""One open stream of a live feed: what waits for it, in pieces, and how it ends.

Terminology:
    frame: one event as the bytes that go over the wire, made once for all subscribers of a role.
    piece: the frames of one delivery.
    subscriber: one open stream, with a bounded list of pieces that it has not taken yet.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from geo_server.domain.roles import Role

CAPACITY = 256
"""Deliveries that a subscriber may be behind before it is dropped, and events that a resuming one may have missed."""


class Frame(NamedTuple):
    """Bytes for the wire, and the number of their event (0: none, always sent)."""

    seq: int
    data: bytes


class Piece:
    """Frames that are delivered together, in order: joined once for all subscribers who lack every one of them."""

    def __init__(self, frames: Sequence[Frame]) -> None:
        self._frames = frames
        self._whole = b"".join(frame.data for frame in frames)
        self._first = frames[0].seq
        self.last = frames[-1].seq

    def after(self, seq: int) -> bytes:
        """The bytes for a subscriber who has everything up to a number."""
        if self._first > seq or self._first == 0:
            return self._whole
        return b"".join(frame.data for frame in self._frames if frame.seq > seq)


class Subscriber:
    """One open stream.

    Args:
        role: What its reader is on the site.
        rouse: Called when there is something to take, or the end has come.
        abort: Ends the stream when even its farewell cannot be sent.
        ends_at: When it ends by itself, in seconds of :func:`time.monotonic`.
    """

    __slots__ = ("_ended", "_pieces", "_rouse", "_sent", "abort", "dropped", "ends_at", "role")

    def __init__(
        self, role: Role, rouse: Callable[[], object], abort: Callable[[], object], ends_at: float = math.inf
    ) -> None:
        self.role = role
        self.abort = abort
        self.ends_at = ends_at
        self.dropped = False
        self._rouse = rouse
        self._ended = False
        self._pieces: list[Piece] = []
        self._sent = 0

    def begin(self, after: int, missed: Sequence[Frame]) -> None:
        """Put what was missed before whatever has come since joining.

        Args:
            after: Number that the client has already: frames up to it are left out.
            missed: In the order of their numbers.
        """
        self._sent = after
        if missed:
            self._pieces.insert(0, Piece(missed))
        self._rouse()

    def push(self, piece: Piece, *, farewell: Piece | None = None) -> None:
        """Add a piece; when there is no room, leave only the farewell and end."""
        if self._ended:
            return
        if len(self._pieces) >= CAPACITY:
            self.dropped = True
            self._pieces = [farewell] if farewell else []
            self._ended = True
        else:
            self._pieces.append(piece)
        self._rouse()

    def end(self) -> None:
        """No more pieces after those that are waiting."""
        self._ended = True
        self._rouse()

    @property
    def has_ended(self) -> bool:
        """Whether everything was taken and nothing will follow."""
        return self._ended and not self._pieces

    def take(self) -> bytes:
        """All that waits and the client does not have yet, as one piece; empty when there is nothing."""
        pieces, self._pieces = self._pieces, []
        fresh = []
        for piece in pieces:
            fresh.append(piece.after(self._sent))
            self._sent = max(self._sent, piece.last)
        return fresh[0] if len(fresh) == 1 else b"".join(fresh)
