"""How the map is drawn: a style that the page and other applications share."""

import hashlib
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from geo_server.api.answers import json_tagged
from geo_server.api.deps import Access, requires, state_of
from geo_server.api.tiles import base_url
from geo_server.domain.roles import Permission
from geo_server.services.tiles import load_edition
from geo_server.tiles.grid import ORDINALS
from geo_server.tiles.style import style

router = APIRouter(tags=["map"])
SeesMap = Annotated[Access, requires(Permission.SEE_MAP)]
Ordinal = Annotated[int | None, Query(ge=ORDINALS[0], le=ORDINALS[-1], description="Level to show first.")]
Dark = Annotated[bool, Query(description="For the night.")]


@router.get("/api/sites/{site}/style.json", response_model=dict[str, Any])
def show_style(request: Request, access: SeesMap, ordinal: Ordinal = None, dark: Dark = False) -> Response:
    """A MapLibre style of one level; ``metadata["geo-server:tiles"]`` says where the tiles of the others are."""
    state = state_of(request)
    edition = load_edition(state["database"], access.site)
    shown = edition.first_ordinal if ordinal is None else ordinal
    address = base_url(request, state["settings"].public_url)
    document = style(
        access.site.slug,
        edition.bounds,
        site_name=access.site.name,
        base_url=address,
        ordinal=shown,
        rev=edition.rev,
        dark=dark,
    )
    body = orjson.dumps(document)
    return json_tagged(request, body, hashlib.sha256(body).hexdigest()[:16])
