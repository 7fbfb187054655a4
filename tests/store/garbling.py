"""A proxy before PostgreSQL that answers with rubbish, as a broken link or a load balancer may."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from sqlalchemy import make_url

PATIENCE_S = 30


class _Conversation:
    """One client's connection: passed on as it is, until it asks to listen and rubbish is due."""

    def __init__(self, socket_path: str, due: list[str]) -> None:
        self.socket_path = socket_path
        self.due = due
        self.garbles = False

    async def hold(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_unix_connection(self.socket_path)
        try:
            await asyncio.gather(_pass_on(client, to_server, self.heard), _pass_on(server, to_client, self.answered))
        finally:
            for writer in (to_client, to_server):
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()

    def heard(self, said: bytes) -> bytes:
        if b"LISTEN" in said and self.due:
            self.due.pop()
            self.garbles = True
        return said

    def answered(self, said: bytes) -> bytes:
        return b"?" * len(said) if self.garbles else said


@asynccontextmanager
async def garbling(url: str, times: int) -> AsyncIterator[str]:
    """URL of a proxy that answers with rubbish to whoever asks to listen, so many times, and is honest after that.

    Args:
        url: Of a database behind a unix socket.
        times: How often.
    """
    where = make_url(url)
    socket_path = f"{where.query['host']}/.s.PGSQL.{where.query.get('port', where.port or 5432)}"
    due = ["rubbish"] * times
    conversations: list[asyncio.Task[None]] = []

    def begin(client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        conversations.append(asyncio.create_task(_Conversation(socket_path, due).hold(client, to_client)))

    async with await asyncio.start_server(begin, "127.0.0.1", 0) as proxy:
        port = proxy.sockets[0].getsockname()[1]
        through = where.set(host="127.0.0.1", port=port, query={"sslmode": "disable"})
        yield through.render_as_string(hide_password=False)
    await asyncio.wait(conversations, timeout=PATIENCE_S)


async def _pass_on(source: asyncio.StreamReader, to: asyncio.StreamWriter, change: Callable[[bytes], bytes]) -> None:
    while said := await source.read(65536):
        to.write(change(said))
    to.close()
