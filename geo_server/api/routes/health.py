"""Whether the process is up, and whether it can do its work."""

from typing import Any

from fastapi import APIRouter, Request

from geo_server.api.deps import public, state_of
from geo_server.store.migrate import check_migrated

router = APIRouter(tags=["health"])


@router.get("/healthz", dependencies=[public("a supervisor has no account; says only that the process answers")])
def healthz() -> dict[str, str]:
    """The process is up."""
    return {"status": "ok"}


@router.get("/readyz", dependencies=[public("a load balancer has no account; names no data")])
def readyz(request: Request) -> dict[str, Any]:
    """The database is there, has PostGIS, and is migrated."""
    database = state_of(request)["database"]
    postgis = database.check()
    check_migrated(database)
    return {"status": "ready", "postgis": postgis}
