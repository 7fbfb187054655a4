"""HEAD wherever there is GET: the same answer without its body, as RFC 9110 section 9.3.2 asks."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class AnswersHead:
    """Lets an app answer HEAD as it answers GET, up to where the body begins: that of a live stream would never end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; of a HEAD only the head comes back, and from then on the app sees a client that has left."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        asked, begun = False, asyncio.Event()

        async def receive_once() -> Message:
            nonlocal asked
            if not asked:
                asked = True
                return await receive()
            await begun.wait()
            return {"type": "http.disconnect"}

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})
                begun.set()

        await self._app({**scope, "method": "GET"}, receive_once, send_head)
