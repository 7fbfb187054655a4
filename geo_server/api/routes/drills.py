"""Drills: what each has shown, what people say of it, and the form that goes to the state."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response, status
from starlette.responses import HTMLResponse

from geo_server.api.answers import download, moment
from geo_server.api.deps import Access, requires, state_of
from geo_server.api.drill_answers import drill_document
from geo_server.api.drill_page import drill_page
from geo_server.api.drill_schemas import ActionDoneSaid, ActionSaid, DrillFormSaid, ProblemSaid
from geo_server.domain.drills import DrillReport
from geo_server.domain.roles import Permission
from geo_server.export.drill_form import drill_form, drill_form_csv
from geo_server.services import drills
from geo_server.services.drills import NewAction, NewProblem

router = APIRouter(tags=["drill"])

Json = dict[str, Any]
Sees = Annotated[Access, requires(Permission.SEE_REPORTS)]
Leads = Annotated[Access, requires(Permission.MANAGE_INCIDENT)]
DRILLS = "/api/sites/{site}/drills"


@router.get(DRILLS)
def list_drills(request: Request, access: Sees) -> Json:
    """The drills of the site, latest first. Incidents in earnest are never among them."""
    state = state_of(request)
    return {
        "drills": [
            {
                "incident_id": str(drill.id),
                "exercise": True,
                "kind": drill.kind,
                "state": drill.state,
                "opened_at": moment(drill.opened_at),
                "cleared_at": drill.cleared_at and moment(drill.cleared_at),
                "open_actions": still_open,
            }
            for drill, still_open in drills.list_drills(state["database"], access.site)
        ]
    }


@router.get(f"{DRILLS}/{{incident_id}}")
def show_drill(request: Request, incident_id: UUID, access: Sees) -> Json:
    """The report of a drill: its measured times, what people say of it, and the drill of its kind before it."""
    return drill_document(_load(request, access, incident_id))


@router.patch(f"{DRILLS}/{{incident_id}}/form")
def fill_form(request: Request, incident_id: UUID, said: DrillFormSaid, access: Leads) -> Json:
    """Fill in what no measurement can tell. Fields that are not sent stay as they are."""
    drills.fill_form(state_of(request)["database"], access.site, incident_id, said.filled(), by=access.principal)
    return drill_document(_load(request, access, incident_id))


@router.post(f"{DRILLS}/{{incident_id}}/problems", status_code=status.HTTP_201_CREATED)
def add_problem(
    request: Request, response: Response, incident_id: UUID, said: ProblemSaid, access: Leads
) -> dict[str, str]:
    """Note what went wrong. 200 when the same had been noted before."""
    new = drills.add_problem(
        state_of(request)["database"], access.site, incident_id, NewProblem(**dict(said)), by=access.principal
    )
    if not new:
        response.status_code = status.HTTP_200_OK
    return {"id": str(said.id)}


@router.post(f"{DRILLS}/{{incident_id}}/actions", status_code=status.HTTP_201_CREATED)
def add_action(
    request: Request, response: Response, incident_id: UUID, said: ActionSaid, access: Leads
) -> dict[str, str]:
    """Note what is to be done, by whom and until when. 200 when the same had been noted before."""
    new = drills.add_action(
        state_of(request)["database"], access.site, incident_id, NewAction(**dict(said)), by=access.principal
    )
    if not new:
        response.status_code = status.HTTP_200_OK
    return {"id": str(said.id)}


@router.put(f"{DRILLS}/{{incident_id}}/actions/{{action_id}}/done")
def set_action_done(request: Request, incident_id: UUID, action_id: UUID, said: ActionDoneSaid, access: Leads) -> Json:
    """Say that an action is done, or that it is not."""
    drills.set_action_done(
        state_of(request)["database"], access.site, incident_id, action_id, done=said.done, by=access.principal
    )
    return {"id": str(action_id), "done": said.done}


@router.get(f"{DRILLS}/{{incident_id}}/form.json")
def show_form(request: Request, incident_id: UUID, access: Sees) -> Response:
    """The fields of a state drill form."""
    report = _load(request, access, incident_id)
    return download(orjson.dumps(_form(request, access, report)), _name(access, report, "json"), "application/json")


@router.get(f"{DRILLS}/{{incident_id}}/form.csv")
def show_form_csv(request: Request, incident_id: UUID, access: Sees) -> Response:
    """The same as CSV: a line of names and a line of values."""
    report = _load(request, access, incident_id)
    text = drill_form_csv(_form(request, access, report))
    return download(text.encode("utf-8-sig"), _name(access, report, "csv"), "text/csv; charset=utf-8")


@router.get("/sites/{site}/drills/{incident_id}", response_class=HTMLResponse)
def show_page(request: Request, incident_id: UUID, access: Sees) -> HTMLResponse:
    """The report as a page to print."""
    report = _load(request, access, incident_id)
    return HTMLResponse(drill_page(report, access.site, _title(request, report)))


def _load(request: Request, access: Access, incident_id: UUID) -> DrillReport:
    state = state_of(request)
    return drills.load_drill_report(state["database"], state["pack"], access.site, incident_id)


def _form(request: Request, access: Access, report: DrillReport) -> Json:
    return drill_form(report, access.site, _title(request, report))


def _title(request: Request, report: DrillReport) -> str:
    kind = state_of(request)["pack"].kinds.get(report.incident.kind)
    return kind.title if kind else report.incident.kind


def _name(access: Access, report: DrillReport, ending: str) -> str:
    return f"drill-{access.site.slug}-{report.incident.opened_at.date().isoformat()}.{ending}"
