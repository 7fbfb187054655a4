"""HEAD wherever there is GET: the same answer without its body, as RFC 9110 section 9.3.2 asks."""

from starlette.types import ASGIApp, Receive, Scope, Send


class AnswersHead:
    """Lets an app answer HEAD as it answers GET; the web server, which knows what was asked, leaves the body out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)
