"""Signed deliveries of systems outside: panic buttons, sensors, cameras, fire panels."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Header, Request, Response, status
from pydantic import Field, ValidationError, model_validator
from starlette.concurrency import run_in_threadpool

from geo_server.api.deps import State, public, state_of
from geo_server.api.planning import plan_again
from geo_server.api.schemas import Latitude, Longitude, Moment, Name, Note, Ordinal, Said
from geo_server.domain.errors import InvalidInput
from geo_server.domain.signatures import LONGEST_HEADER, Delivery
from geo_server.domain.sources import DevicePlace
from geo_server.services.sources import Alarm, open_delivery, take_alarm, take_misfit

router = APIRouter(tags=["source"])

Json = dict[str, Any]
Text = Annotated[str, Header(min_length=1, max_length=LONGEST_HEADER)]


class AlarmSaid(Said):
    """What a system reports."""

    device: Annotated[Name | None, Field(description="As the system calls it; it stands in the source's list.")] = None
    at: Annotated[tuple[Longitude, Latitude] | None, Field(description="Where, when the system knows better.")] = None
    ordinal: Annotated[Ordinal | None, Field(description="With at: the level.")] = None
    building: Name | None = None
    seen_at: Annotated[Moment | None, Field(description="Not said: when it was sent.")] = None
    confidence: Annotated[float | None, Field(ge=0, le=1, allow_inf_nan=False)] = None
    radius_m: Annotated[float | None, Field(gt=0, le=500, allow_inf_nan=False)] = None
    note: Note = ""
    test: Annotated[bool, Field(description="Check everything and record nothing.")] = False

    @model_validator(mode="after")
    def _whole(self) -> "AlarmSaid":
        if (self.at is None) != (self.ordinal is None):
            raise ValueError("at and ordinal go together")
        return self

    def alarm(self) -> Alarm:
        """As the service takes it."""
        place = None if self.ordinal is None else DevicePlace(None, self.at, self.ordinal, self.building)
        return Alarm(self.device, place, self.seen_at, self.confidence, self.radius_m, self.note, self.test)


@router.post(
    "/api/sources/{source_id}/deliveries",
    dependencies=[public("the signature of the delivery is the credential")],
    status_code=status.HTTP_201_CREATED,
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": AlarmSaid.model_json_schema()}}}},
)
async def take_delivery(
    request: Request,
    response: Response,
    source_id: UUID,
    *,
    webhook_id: Annotated[str, Header(min_length=1, max_length=200)],
    webhook_timestamp: Text,
    webhook_signature: Text,
) -> Json:
    """Take what a system reports, signed as the Standard Webhooks specification says. 200 when it was taken before, or a test.

    It becomes a sighting while a real incident is open or when the source may open one, else a concern for officers. One
    whose place is not known, or with a field that cannot be, is a concern too, and ``refusal`` says what is wrong.
    """
    delivery = Delivery(webhook_id, webhook_timestamp, webhook_signature, await request.body())
    answer = await run_in_threadpool(_take, state_of(request), source_id, delivery)
    if not answer["new"]:
        response.status_code = status.HTTP_200_OK
    return answer


def _take(state: State, source_id: UUID, delivery: Delivery) -> Json:
    database = state["database"]
    site, source = open_delivery(database, source_id, delivery)
    try:
        said = _read(delivery.body)
    except InvalidInput as refusal:
        if not _may_be_alarm(delivery.body):
            raise
        taken, test = take_misfit(database, state["pack"], site, source, delivery=delivery, refusal=refusal), False
    else:
        alarm, test = said.alarm(), said.test
        taken = take_alarm(database, state["floorplans"], state["pack"], site, source, delivery=delivery, said=alarm)
    recorded, refused = taken.recorded, taken.refusal
    return {
        "new": taken.new,
        "test": test,
        "sighting_id": recorded and str(recorded.sighting_id),
        "incident_id": recorded and str(recorded.incident_id),
        "concern_id": taken.concern_id and str(taken.concern_id),
        "plan": recorded and plan_again(state, site, recorded.incident_id, recorded.seq),
        "refusal": refused and {"what": refused.what, "where": refused.where, "advice": refused.advice},
    }


def _may_be_alarm(body: bytes) -> bool:
    """Whether something of what a system reports was sent, and it is no test."""
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return isinstance(sent, dict) and sent.get("test") in {None, False}


def _read(body: bytes) -> AlarmSaid:
    try:
        return AlarmSaid.model_validate_json(body)
    except ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        where = ".".join(["body", *map(str, first["loc"])])
        raise InvalidInput(f"{first['msg']}.", where=where, advice="See docs/formats/webhooks.md.") from None
