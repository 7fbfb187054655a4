"""Rounds as they are walked, and the faults that they find."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from geo_server.api.answers import moment
from geo_server.api.deps import Access, requires, state_of
from geo_server.api.round_answers import check_document, fault_document, round_document
from geo_server.api.round_schemas import CheckSaid, MendingSaid, RoundSaid
from geo_server.domain.roles import Permission
from geo_server.services import rounds
from geo_server.services.rounds import NewCheck

router = APIRouter(prefix="/api/sites/{site}", tags=["round"])

Json = dict[str, Any]
Walks = Annotated[Access, requires(Permission.WALK_ROUNDS)]


@router.get("/rounds")
def list_rounds(request: Request, access: Walks) -> Json:
    """The latest rounds, latest first, each with how many checkpoints were looked at and how many had a fault."""
    walked = rounds.list_rounds(state_of(request)["database"], access.site)
    return {
        "rounds": [
            {**round_document(walk, access.principal.person_id), "checked": checked, "faults": faults}
            for walk, checked, faults in walked
        ]
    }


@router.post("/rounds", status_code=status.HTTP_201_CREATED)
def start(request: Request, response: Response, said: RoundSaid, access: Walks) -> dict[str, str]:
    """Begin a round. 200 when the same had been begun before."""
    database = state_of(request)["database"]
    if not rounds.start_round(database, access.site, said.id, said.client_at, by=access.principal):
        response.status_code = status.HTTP_200_OK
    return {"id": str(said.id)}


@router.get("/rounds/{round_id}")
def show(request: Request, round_id: UUID, access: Walks) -> Json:
    """A round with what was last found at each checkpoint that was looked at."""
    walk, checks = rounds.load_round(state_of(request)["database"], access.site, round_id)
    return {
        **round_document(walk, access.principal.person_id),
        "checks": [check_document(check) for check in checks.values()],
    }


@router.post("/rounds/{round_id}/checks", status_code=status.HTTP_201_CREATED)
def check(request: Request, response: Response, round_id: UUID, said: CheckSaid, access: Walks) -> Json:
    """Say what was found at a checkpoint. 200 when the same check had arrived before: it counts once.

    The answer is its receipt: when it arrived, and the fault that it tells of, if any. A fault with which nobody gets
    through shuts its door or zone until it is mended, and an open incident is planned again.
    """
    state = state_of(request)
    receipt = rounds.check_checkpoint(
        state["database"],
        state["floorplans"],
        access.site,
        round_id,
        NewCheck(**dict(said)),
        by=access.principal,
    )
    if not receipt.new:
        response.status_code = status.HTTP_200_OK
    if receipt.seq is not None:
        state["plans"].replan_open(access.site, receipt.seq)
    return {
        "id": str(said.id),
        "received_at": moment(receipt.check.received_at),
        "fault_id": receipt.fault_id and str(receipt.fault_id),
    }


@router.post("/rounds/{round_id}/finish")
def finish(request: Request, round_id: UUID, access: Walks) -> Json:
    """End a round, whether or not all was looked at. One that has ended stays as it is."""
    walk = rounds.finish_round(state_of(request)["database"], access.site, round_id, by=access.principal)
    return round_document(walk, access.principal.person_id)


@router.get("/faults")
def list_faults(request: Request, access: Walks, mended: bool = False) -> Json:
    """The faults that stand, the one found first first; with ``mended`` those that were mended after them."""
    found = rounds.list_faults(state_of(request)["database"], access.site, mended=mended)
    return {"faults": [fault_document(fault, checkpoint, access.site) for fault, checkpoint in found]}


@router.post("/faults/{fault_id}/mending")
def mend(request: Request, fault_id: UUID, said: MendingSaid, access: Walks) -> Json:
    """Say that a fault is no more: a way that it had shut is open again. What had been said before changes nothing, nor does
    what was said before somebody found the same fault again."""
    state = state_of(request)
    mending = rounds.NewMending(said.note, said.client_at)
    fault, seq = rounds.mend_fault(state["database"], access.site, fault_id, mending, by=access.principal)
    if seq is not None:
        state["plans"].replan_open(access.site, seq)
    return {"id": str(fault.id), "mended_at": fault.mending and moment(fault.mending.at)}
