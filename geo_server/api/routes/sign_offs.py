"""Who stands for which zone, and what is still to be walked."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, status

from geo_server.api.answers import moment
from geo_server.api.deps import Access, requires, state_of
from geo_server.api.schemas import SignOffSaid
from geo_server.domain.roles import Permission
from geo_server.services.sign_offs import NewSignOff, VerifiedZone, list_verified, sign_zones

router = APIRouter(prefix="/api/sites/{site}/sign-offs", tags=["import"])

Json = dict[str, Any]


@router.post("", status_code=status.HTTP_201_CREATED)
def sign(
    request: Request, said: SignOffSaid, access: Annotated[Access, requires(Permission.EDIT_FLOORPLANS)]
) -> dict[str, str]:
    """Stand for zones of the published map: they are on the ground as it shows them."""
    state = state_of(request)
    sign_zones(state["database"], state["floorplans"], access.site, NewSignOff(**dict(said)), by=access.principal)
    return {"id": str(said.id)}


@router.get("")
def show(request: Request, access: Annotated[Access, requires(Permission.EDIT_FLOORPLANS)]) -> Json:
    """What may be said of each zone today: ``signed``, ``expired``, ``changed`` since it was signed, or ``unsigned``."""
    state = state_of(request)
    zones = list_verified(state["database"], state["floorplans"], access.site)
    counts: dict[str, int] = {}
    for one in zones:
        counts[one.verification] = counts.get(one.verification, 0) + 1
    return {"counts": counts, "zones": [_zone(one) for one in zones]}


def _zone(one: VerifiedZone) -> Json:
    signed = one.signed
    return {
        "id": str(one.zone.id),
        "name": one.zone.name,
        "verification": one.verification,
        "signed": signed
        and {
            "method": signed.method,
            "signed_by": signed.signed_by,
            "signed_at": moment(signed.signed_at),
            "verify_by": signed.verify_by.isoformat(),
            "note": signed.note,
        },
    }
