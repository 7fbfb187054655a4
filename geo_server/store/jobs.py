"""Work that outlives a request and a server: jobs of procrastinate, in the same PostgreSQL.

A job is added in the transaction that makes its import, so there is never one without the other. One server takes it; when
that server dies its heartbeat stops, and another takes the job again. What is true of an import stands in its own row:
jobs are forgotten as soon as they are done.

Terminology:
    stalled: a job whose server has not been heard of for ``STALE_S``.
    put back: what becomes of a job whose server is shut down in good order: the next one has it at once.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException, JobAborted
from psycopg import AsyncConnection
from sqlalchemy import Connection, func, make_url, select

from geo_server.domain.errors import DatabaseUnavailable

SCHEMA = "procrastinate"
"""Schema of the library's own tables and functions, which migrations install."""
AT_A_TIME = 2
"""Jobs that one server does at a time. Each has a process of its own for the heavy part."""
HEARTBEAT_S = 5.0
STALE_S = 20.0
"""Four heartbeats, so that a server that is busy for a moment keeps its jobs."""
LOOK = "* * * * * */10"
"""When stalled jobs are looked for, as cron has it, the seconds last."""
AGAIN_S = 2
"""Seconds before a job that failed, or a worker that lost the database, tries again."""

STOP_S = 5.0
"""Seconds that a server which goes down waits for a worker that cannot say goodbye, for its database is gone."""

_QUEUE = "imports"
_READ = "read_import"

log = logging.getLogger(__name__)

Read = Callable[[UUID, int, Callable[[], bool]], None]
"""Does the job of an import: gets its id, that of the job, and whether to stop, which it looks up several times a second."""


def add_job(c: Connection, import_id: UUID) -> int:
    """Have an import read by whichever server is free first, once the transaction commits.

    Returns:
        The id of the job.
    """
    with _in_schema(c) as connection:
        app = App(connector=SyncPsycopgConnector())
        return app.configure_task(_READ, queue=_QUEUE, connection=connection).defer(import_id=str(import_id))


def stop_job(c: Connection, job_id: int) -> None:
    """Drop a job that waits, and have one that runs told to stop; nothing happens when it has ended."""
    with _in_schema(c) as connection:
        manager = App(connector=SyncPsycopgConnector()).job_manager
        manager.cancel_job_by_id(job_id, abort=True, delete_job=True, connection=connection)


@asynccontextmanager
async def working(url: str, read: Read) -> AsyncIterator[None]:
    """Do jobs in the background until left; those that are in hand then are put back.

    Args:
        url: A SQLAlchemy URL, ``postgresql+psycopg://...``.
        read: Called in a thread of its own. A job whose work raises is done again.
    """
    with ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="import") as threads:
        task = asyncio.create_task(_work_on(url, read, threads))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task], timeout=STOP_S)


async def _work_on(url: str, read: Read, threads: ThreadPoolExecutor) -> None:
    """Run workers, one after the other, until cancelled: one ends when it loses the database."""
    me = asyncio.current_task()
    while True:
        try:
            await _work_once(_app(url, read, threads))
        except Exception as fault:  # noqa: BLE001 - whatever it is, drawings are to be read again later
            log.warning("Imports are not read at the moment: %s", " ".join(str(fault).split()) or type(fault).__name__)
        if me and me.cancelling():  # The library may take a database that is gone for more important.
            return
        await asyncio.sleep(AGAIN_S)


async def _work_once(app: App) -> None:
    try:
        await app.open_async()
        await app.run_worker_async(
            concurrency=AT_A_TIME,
            install_signal_handlers=False,
            delete_jobs="always",
            shutdown_graceful_timeout=0,
            abort_job_polling_interval=1.0,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=STALE_S,
        )
    finally:
        await app.close_async()


def _app(url: str, read: Read, threads: ThreadPoolExecutor) -> App:
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    app = App(
        connector=PsycopgConnector(conninfo=conninfo, configure=_use_schema, min_size=1, max_size=3, timeout=STOP_S)
    )

    @app.task(name=_READ, queue=_QUEUE, pass_context=True, retry=RetryStrategy(wait=AGAIN_S))
    async def read_import(context: JobContext, import_id: str) -> None:
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(threads, read, UUID(import_id), context.job.id or 0, context.should_abort)
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait([work])
            raise JobAborted from None

    @app.periodic(cron=LOOK)
    @app.task(name="take_stalled", queue=_QUEUE, queueing_lock="take_stalled", pass_context=True)
    async def take_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - the library gives it
        """Have jobs of servers that died done again: those of this kind too, so no lock may outlive its server."""
        manager = context.app.job_manager
        for job in await manager.get_stalled_jobs(queue=_QUEUE, seconds_since_heartbeat=STALE_S):
            log.warning("Job %s of a server that is gone is done again", job.call_string)
            await manager.retry_job(job)

    return app


async def _use_schema(connection: AsyncConnection[Any]) -> None:
    await connection.execute(f"SET search_path TO {SCHEMA}")
    await connection.commit()


@contextlib.contextmanager
def _in_schema(c: Connection) -> Iterator[object]:
    """The driver's connection of a transaction, with the library's schema for a search path inside the block.

    Raises:
        DatabaseUnavailable: It was lost.
    """
    before = c.scalar(select(func.current_setting("search_path")))
    c.execute(select(func.set_config("search_path", SCHEMA, True)))
    try:
        yield c.connection.driver_connection
    except ConnectorException as fault:
        raise DatabaseUnavailable(f"The job cannot be added: {fault.__cause__}.", advice="Try again.") from fault
    c.execute(select(func.set_config("search_path", before, True)))
