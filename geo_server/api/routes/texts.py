"""Status reports by text message, as a gateway passes them on."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import PlainTextResponse

from geo_server.api.deps import Access, requires, state_of
from geo_server.api.schemas import Moment, Said
from geo_server.domain.roles import Permission
from geo_server.services.texts import NewText, take_text

router = APIRouter(prefix="/api/sites/{site}", tags=["report"])


class TextSaid(Said):
    """A text message."""

    message_id: Annotated[str, Field(min_length=1, max_length=200, description="The same when it is passed on again.")]
    sender: Annotated[str, Field(min_length=1, max_length=60, description="Number, with its country: +15550100199.")]
    text: Annotated[str, Field(max_length=2000)]
    sent_at: Annotated[Moment | None, Field(description="When it was sent, where the gateway knows.")] = None


@router.post("/texts", response_class=PlainTextResponse)
def take(
    request: Request, said: TextSaid, access: Annotated[Access, requires(Permission.RELAY_TEXTS)]
) -> PlainTextResponse:
    """Take a status report in one line, such as ``S 114 OK 24 0``; the answer is one line for its sender.

    Whatever the text is, the answer is 200 and says what was understood, or how to write it. A message that is passed on
    again counts once and has the same answer.
    """
    state = state_of(request)
    line = take_text(state["database"], state["floorplans"], access.site, NewText(**dict(said)), by=access.principal)
    state["recounts"].soon(access.site)
    return PlainTextResponse(line)
