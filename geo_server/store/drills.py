"""What people say of drills, and what a drill is measured against."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from geo_server.domain.drills import (
    DrillAction,
    DrillForm,
    DrillProblem,
    DrillType,
    Participant,
    ProblemKind,
    Situation,
)
from geo_server.domain.errors import NotFound
from geo_server.domain.places import ZoneCategory
from geo_server.store.conflicts import insert_once, refusing_bad_values
from geo_server.store.tables import (
    buildings,
    directives,
    drill_actions,
    drill_forms,
    drill_problems,
    floorplan_revisions,
    levels,
    zones,
)


def list_zones_at(c: Connection, site_id: UUID, at: datetime) -> dict[UUID, tuple[str, ZoneCategory]]:
    """Name and category of the zones that were on a site's map at a moment, by id.

    A name that several of them have is told with the level and the building.
    """
    in_force = (
        select(floorplan_revisions.c.id)
        .ext(distinct_on(floorplan_revisions.c.building_id))
        .where(floorplan_revisions.c.site_id == site_id, floorplan_revisions.c.published_at <= at)
        .order_by(floorplan_revisions.c.building_id, floorplan_revisions.c.published_at.desc())
    )
    statement = (
        select(
            zones.c.id, zones.c.name, zones.c.category, levels.c.name.label("level"), buildings.c.name.label("building")
        )
        .join(levels, levels.c.id == zones.c.level_id)
        .join(buildings, buildings.c.id == levels.c.building_id)
        .where(zones.c.revision_id.in_(in_force))
    )
    rows = c.execute(statement.order_by(zones.c.name, buildings.c.name, levels.c.ordinal, zones.c.id)).all()
    named = Counter(row.name for row in rows)
    return {
        row.id: (
            row.name if named[row.name] == 1 else f"{row.name} ({row.level}, {row.building})",
            ZoneCategory(row.category),
        )
        for row in rows
    }


def find_first_directive_at(c: Connection, incident_id: UUID) -> datetime | None:
    """When the first directive of an incident was given, or None."""
    at: datetime | None = c.scalar(
        select(func.min(directives.c.given_at)).where(directives.c.incident_id == incident_id)
    )
    return at


def fill_drill_form(
    c: Connection, site_id: UUID, incident_id: UUID, said: Mapping[str, Any], *, at: datetime, by: UUID | None
) -> None:
    """Put values into a drill's form; those that are not said stay as they are.

    Args:
        c: A connection inside a transaction.
        site_id: The site.
        incident_id: The drill.
        said: Fields of :class:`DrillForm` as JSON values.
        at: When.
        by: A person's id; None is the operator at the command line.
    """
    statement = insert(drill_forms).values(
        site_id=site_id, incident_id=incident_id, form=dict(said), changed_at=at, changed_by=by
    )
    statement = statement.on_conflict_do_update(
        index_elements=["site_id", "incident_id"],
        set_={
            "form": drill_forms.c.form.concat(statement.excluded.form),
            "changed_at": at,
            "changed_by": by,
        },
    )
    with refusing_bad_values("form", "Correct the value and send it again."):
        c.execute(statement)


def load_drill_form(c: Connection, incident_id: UUID) -> DrillForm:
    """What was filled in of a drill's form."""
    form: dict[str, Any] = c.scalar(select(drill_forms.c.form).where(drill_forms.c.incident_id == incident_id)) or {}
    kind, situation = form.get("drill_type"), form.get("situation")
    return DrillForm(
        **{
            **form,
            "drill_type": DrillType(kind) if kind else None,
            "situation": Situation(situation) if situation else None,
            "participants": tuple(Participant(one) for one in form.get("participants", ())),
        }
    )


def add_drill_problem(c: Connection, site_id: UUID, incident_id: UUID, problem: DrillProblem) -> bool:
    """Keep what went wrong; returns False when the same was said already.

    Raises:
        Conflict: The id is taken by another problem.
    """
    said = {
        "site_id": site_id,
        "id": problem.id,
        "incident_id": incident_id,
        "kind": problem.kind.value,
        "note": problem.note,
        "zone_id": problem.zone_id,
        "noted_by": problem.noted_by,
    }
    return insert_once(c, drill_problems, said, {"noted_at": problem.noted_at}, "problem")


def list_drill_problems(c: Connection, incident_id: UUID) -> list[DrillProblem]:
    """The problems of a drill in the order in which they were noted."""
    statement = select(drill_problems).where(drill_problems.c.incident_id == incident_id)
    rows = c.execute(statement.order_by(drill_problems.c.noted_at, drill_problems.c.id)).mappings()
    return [
        DrillProblem(row["id"], ProblemKind(row["kind"]), row["note"], row["zone_id"], row["noted_at"], row["noted_by"])
        for row in rows
    ]


def add_drill_action(c: Connection, site_id: UUID, incident_id: UUID, action: DrillAction) -> bool:
    """Keep what is to be done; returns False when the same was said already.

    Raises:
        Conflict: The id is taken by another action.
    """
    said = {
        "site_id": site_id,
        "id": action.id,
        "incident_id": incident_id,
        "what": action.what,
        "owner": action.owner,
        "due_on": action.due_on,
        "noted_by": action.noted_by,
    }
    return insert_once(c, drill_actions, said, {"noted_at": action.noted_at}, "action")


def list_drill_actions(c: Connection, incident_id: UUID) -> list[DrillAction]:
    """The actions of a drill in the order in which they were noted."""
    statement = select(drill_actions).where(drill_actions.c.incident_id == incident_id)
    rows = c.execute(statement.order_by(drill_actions.c.noted_at, drill_actions.c.id)).mappings()
    return [
        DrillAction(
            row["id"],
            row["what"],
            row["owner"],
            row["due_on"],
            row["noted_at"],
            row["noted_by"],
            row["done_at"],
        )
        for row in rows
    ]


def set_drill_action_done(
    c: Connection, site_id: UUID, incident_id: UUID, action_id: UUID, done_at: datetime | None
) -> bool:
    """Say that an action is done, or (None) that it is not; returns False when that was so already.

    Raises:
        NotFound: The drill has no such action.
    """
    key = (
        (drill_actions.c.site_id == site_id)
        & (drill_actions.c.incident_id == incident_id)
        & (drill_actions.c.id == action_id)
    )
    other = drill_actions.c.done_at.is_not(None) if done_at is None else drill_actions.c.done_at.is_(None)
    change = update(drill_actions).where(key, other).values(done_at=done_at)
    if c.execute(change.returning(drill_actions.c.id)).one_or_none() is not None:
        return True
    if c.execute(select(drill_actions.c.id).where(key)).one_or_none() is None:
        raise NotFound(f"The drill has no action {action_id}.", where="action_id", advice="See its report.")
    return False


def count_open_actions(c: Connection, site_id: UUID) -> dict[UUID, int]:
    """How many actions of each drill of a site are still to be done; drills without any are left out."""
    statement = (
        select(drill_actions.c.incident_id, func.count())
        .where(drill_actions.c.site_id == site_id, drill_actions.c.done_at.is_(None))
        .group_by(drill_actions.c.incident_id)
    )
    return {row[0]: row[1] for row in c.execute(statement)}
