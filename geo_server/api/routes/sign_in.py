"""Coming in by a sign-in link, and going out."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from geo_server.api.deps import SESSION_COOKIE, keep_session, public, state_of
from geo_server.api.pages import sign_in_form
from geo_server.api.security import check_same_origin
from geo_server.services import access

router = APIRouter(tags=["access"])

Secret = Annotated[str, Query(min_length=1, max_length=access.LONGEST_SECRET)]


@router.get("/sign-in", dependencies=[public("shows one button; opening it uses nothing up")])
def show_sign_in(token: Secret) -> HTMLResponse:
    """The page behind a sign-in link."""
    return HTMLResponse(sign_in_form(token))


@router.post("/sign-in", dependencies=[public("the one-time secret in the form is the credential")])
def sign_in(request: Request, token: Annotated[str, Form(min_length=1, max_length=access.LONGEST_SECRET)]) -> Response:
    """Use the link up, and begin a session on this device."""
    state = state_of(request)
    check_same_origin(request, state["settings"].public_url)
    life = timedelta(hours=state["settings"].session_hours)
    session = access.sign_in(state["database"], token, life=life)
    own = access.list_own_sites(state["database"], session.principal)
    response = RedirectResponse(f"/sites/{own[0][0].slug}" if own else "/", status_code=303)
    keep_session(request, response, session.secret, life)
    return response


@router.post("/sign-out", dependencies=[public("ends the session in the cookie, if there is one")])
def sign_out(request: Request) -> Response:
    """End the session on this device."""
    state = state_of(request)
    check_same_origin(request, state["settings"].public_url)
    access.sign_out(state["database"], request.cookies.get(SESSION_COOKIE, ""))
    response = RedirectResponse("/", status_code=303)
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")
    return response
