"""The picture of a site is read once for everybody, and never shown once it is of before."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import event

from geo_server.domain.incidents import Status
from geo_server.domain.roles import Role
from geo_server.services.access import authenticate
from geo_server.services.incidents import open_incident
from geo_server.services.picture import Pictures, Seen, load_picture
from geo_server.services.planners import Planners
from geo_server.services.protocols import load_pack
from geo_server.services.published import PublishedFloorplans
from geo_server.services.status_reports import NewStatusReport, record_status_report
from geo_server.store.database import Database
from tests.campus import build_campus


def test_many_who_ask_share_what_is_read_until_the_next_event_and_see_their_own_reports(
    database: Database, planners: Planners
) -> None:
    campus, floorplans = build_campus(database), PublishedFloorplans(database, planners)
    staff, commander = (authenticate(database, campus.tokens[role]) for role in (Role.STAFF, Role.COMMANDER))
    open_incident(database, load_pack(Path("nowhere")), campus.site, "fire", exercise=True, by=commander)
    asked: list[str] = []
    event.listen(database._engine, "before_cursor_execute", lambda *said: asked.append(said[2]))

    def report(number: int) -> None:
        said = NewStatusReport(uuid4(), campus.rooms[number].id, Status.OK, datetime.now(UTC))
        with database.transaction(campus.site.id) as c:
            record_status_report(c, campus.site, said, by=staff if number else commander)

    async def scenario() -> list[Seen]:
        pictures = Pictures(database, floorplans)
        seen = []
        for number in range(3):
            report(number)
            before = len(asked)
            first, *others = await asyncio.gather(*(pictures.load(campus.site) for _ in range(100)))
            assert len(asked) - before < 25
            assert all(other is first for other in others)
            before = len(asked)
            assert await pictures.load(campus.site) is first
            assert len(asked) - before <= 2, "whose rows it sees, and the number of the last event"
            seen.append(first)
        return seen

    for number, seen in enumerate(asyncio.run(scenario())):
        whole = seen.for_reader(commander.person_id, sees_statuses=True)
        own = seen.for_reader(staff.person_id, sees_statuses=False)
        assert set(whole.statuses) == {room.id for room in campus.rooms[: number + 1]}
        assert set(own.statuses) == {room.id for room in campus.rooms[1 : number + 1]}
        assert own.counts is None
    assert load_picture(database, floorplans, campus.site).picture.statuses == whole.statuses
