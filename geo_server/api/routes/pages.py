"""The page shell and what keeps it on a device, what each problem means, and the OpenAPI document."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, Response

from geo_server.api.deps import public
from geo_server.api.explanations import EXPLANATIONS, explanation_page
from geo_server.api.static import page_shell, service_worker
from geo_server.domain.errors import NotFound

router = APIRouter(tags=["page"])

_SHELL = public("the page without any data; it asks the API for what the person may see")


@router.get("/", dependencies=[_SHELL], include_in_schema=False)
def home() -> FileResponse:
    """The page."""
    return page_shell()


@router.get("/sites/{site}", dependencies=[_SHELL], include_in_schema=False)
def site_page(site: str) -> FileResponse:  # noqa: ARG001 -- the page reads it from its own address
    """The page, on a site."""
    return page_shell()


@router.get(
    "/service-worker.js", dependencies=[public("the page's own code, which holds no data")], include_in_schema=False
)
def show_service_worker() -> Response:
    """The script that lets the page open without a server."""
    return service_worker()


@router.get("/problems/{slug}", dependencies=[public("explains refusals in general; knows no data")])
def show_problem(slug: str) -> HTMLResponse:
    """What a kind of problem means, and what to do."""
    if slug not in EXPLANATIONS:
        raise NotFound(
            f"There is no kind of problem {slug[:40]!r}.", where="slug", advice=f"Kinds: {', '.join(EXPLANATIONS)}."
        )
    return HTMLResponse(explanation_page(slug))


@router.get("/api/openapi.json", dependencies=[public("describes the addresses, which the source does too")])
def show_openapi(request: Request) -> dict[str, Any]:
    """The OpenAPI document."""
    document: dict[str, Any] = request.app.openapi()
    return document
