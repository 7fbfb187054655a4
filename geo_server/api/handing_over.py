"""Answers that last for hours: they leave the rings of the application before they begin.

Each ring, from the routing to the limit of a body, holds its local state until the answer is complete. Of a live stream
that is most of what a client costs, a thousand times, for as long as the stream lasts; and once the answer has begun no
ring can do anything for it.
"""

from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Receive, Scope, Send

Answer = Callable[[Receive, Send], Awaitable[None]]

_KEY = "geo_server.answer"


def hand_over(scope: Scope, answer: Answer) -> None:
    """Have an answer given once all rings inside :class:`HandsOver` have been left.

    Args:
        scope: Of the request. Its app returns without having sent anything.
        answer: Begins and completes the answer.
    """
    scope[_KEY] = answer


class HandsOver:
    """Ring that gives the answers that were handed over. Rings outside it still see what is sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, and then give what was handed over."""
        await self._app(scope, receive, send)
        answer: Answer | None = scope.pop(_KEY, None)
        if answer is not None:
            await answer(receive, send)
