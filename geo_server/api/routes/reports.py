"""Status reports: what people in their zones say."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response, status

from geo_server.api.answers import moment
from geo_server.api.deps import Access, requires, state_of
from geo_server.api.schemas import ReportSaid
from geo_server.domain.incidents import MissingPerson
from geo_server.domain.roles import Permission
from geo_server.services.status_reports import LATE, LATE_ADVICE, NewStatusReport

router = APIRouter(prefix="/api/sites/{site}", tags=["report"])


@router.post("/status-reports", status_code=status.HTTP_201_CREATED)
async def report_status(
    request: Request,
    response: Response,
    said: ReportSaid,
    access: Annotated[Access, requires(Permission.REPORT_STATUS)],
) -> dict[str, Any]:
    """Say how a zone is. 200 when the same report had arrived before: it counts once.

    The answer is its receipt: the incident that it counts in, when it arrived, and whether it is the one in force for its
    zone or one that was given later is. Another report corrects it; numbers and people that are left unsaid stay
    as they were said last. A call for help that comes after the incident was closed is kept: it is ``late``, and ``words`` say
    what that means to whoever sent it.
    """
    state = state_of(request)
    receipt = await state["status_reports"].add(access.site, _new_report(said), by=access.principal)
    if receipt.new:
        state["recounts"].soon(access.site)
    else:
        response.status_code = status.HTTP_200_OK
    return {
        "id": str(receipt.report.id),
        "incident_id": str(receipt.report.incident_id),
        "received_at": moment(receipt.report.received_at),
        "in_force": receipt.in_force,
        "late": receipt.late,
        "words": f"{LATE} {LATE_ADVICE}" if receipt.late else None,
    }


def _new_report(said: ReportSaid) -> NewStatusReport:
    missing = None if said.missing is None else tuple(MissingPerson(**dict(person)) for person in said.missing)
    extra = None if said.extra is None else tuple(said.extra)
    return NewStatusReport(**{**dict(said), "missing": missing, "extra": extra})
