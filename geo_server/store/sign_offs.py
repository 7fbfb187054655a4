"""Sign-offs of zones: added, never changed; the latest of a zone counts. They outlive the revision they were made on."""

from collections.abc import Sequence
from dataclasses import fields
from uuid import UUID

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from geo_server.domain.errors import Conflict
from geo_server.domain.frame import SiteFrame
from geo_server.domain.sign_offs import Method, SignOff
from geo_server.store.conflicts import refusing
from geo_server.store.geometry import decode_all, encode
from geo_server.store.tables import sign_offs

_FIELDS = [field.name for field in fields(SignOff) if field.name != "polygon"]


def add_sign_offs(c: Connection, site_id: UUID, made: Sequence[SignOff], frame: SiteFrame, *, by: UUID | None) -> None:
    """Keep what somebody stands for.

    Args:
        c: A connection inside a transaction.
        site_id: The site.
        made: One or more; those of one act share an id.
        frame: Of their polygons.
        by: A person's id; None is the operator at the command line.

    Raises:
        Conflict: The same was signed before.
    """
    rows = [
        {name: getattr(one, name) for name in _FIELDS}
        | {"site_id": site_id, "signed_geom": encode(one.polygon, frame), "person_id": by, "method": one.method.value}
        for one in made
    ]
    taken = Conflict("This was signed before.", where="id", advice="Give each sign-off an id of its own.")
    with refusing("pk_sign_offs", taken):
        c.execute(insert(sign_offs), rows)


def list_latest_sign_offs(c: Connection, site_id: UUID, frame: SiteFrame) -> dict[UUID, SignOff]:
    """The latest sign-off of each zone that has one, by zone id."""
    statement = (
        select(sign_offs)
        .ext(distinct_on(sign_offs.c.zone_id))
        .where(sign_offs.c.site_id == site_id)
        .order_by(sign_offs.c.zone_id, sign_offs.c.signed_at.desc())
    )
    rows = c.execute(statement).mappings().all()
    polygons = decode_all([row["signed_geom"] for row in rows], frame)
    return {
        row["zone_id"]: SignOff(
            **{name: row[name] for name in _FIELDS if name != "method"}, method=Method(row["method"]), polygon=polygon
        )
        for row, polygon in zip(rows, polygons, strict=True)
    }
