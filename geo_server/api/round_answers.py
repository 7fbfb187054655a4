"""Rounds, checkpoints and faults as JSON."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geo_server.api.answers import lonlat, moment
from geo_server.domain.places import Site
from geo_server.domain.rounds import Check, Checkpoint, CheckpointFault, Coverage, Round

Json = dict[str, Any]


def coverage_document(covered: list[Coverage], site: Site, now: datetime) -> Json:
    """The checkpoints as a GeoJSON FeatureCollection (RFC 7946), each with the age of its last check."""
    return {
        "type": "FeatureCollection",
        "as_of": moment(now),
        "features": [
            {
                "type": "Feature",
                "id": str(one.checkpoint.id),
                "geometry": {"type": "Point", "coordinates": lonlat(one.checkpoint.point, site.frame)},
                "properties": {
                    "feature_type": "checkpoint",
                    **_place(one.checkpoint),
                    "subject_id": one.checkpoint.subject_id and str(one.checkpoint.subject_id),
                    "state": one.state,
                    "last_checked_at": one.last and moment(one.last.given_at),
                    "last_checked_s_ago": one.last and round(max(0.0, (now - one.last.given_at).total_seconds()), 1),
                    "faults": [fault.kind for fault in one.faults],
                },
            }
            for one in covered
        ],
    }


def round_document(walk: Round, person_id: UUID) -> Json:
    """A round as JSON values.

    Args:
        walk: The round.
        person_id: Who reads it.
    """
    return {
        "id": str(walk.id),
        "walker": walk.walker,
        "mine": walk.started_by == person_id,
        "client_at": moment(walk.client_at),
        "started_at": moment(walk.started_at),
        "finished_at": walk.finished_at and moment(walk.finished_at),
    }


def check_document(check: Check) -> Json:
    """A check as JSON values."""
    return {
        "id": str(check.id),
        "checkpoint_id": str(check.checkpoint_id),
        "fault": check.fault,
        "note": check.note,
        "client_at": moment(check.client_at),
        "received_at": moment(check.received_at),
        "walker": check.walker,
    }


def fault_document(fault: CheckpointFault, checkpoint: Checkpoint, site: Site) -> Json:
    """A fault and where it is, as JSON values."""
    mending = fault.mending
    return {
        "id": str(fault.id),
        "kind": fault.kind,
        "note": fault.note,
        "found_at": moment(fault.found_at),
        "found_by": fault.found_by,
        "closure_id": fault.closure_id and str(fault.closure_id),
        "mended": mending and {"at": moment(mending.at), "by": mending.by, "note": mending.note},
        "checkpoint": {
            "id": str(checkpoint.id),
            "subject_id": checkpoint.subject_id and str(checkpoint.subject_id),
            "at": lonlat(checkpoint.point, site.frame),
            **_place(checkpoint),
        },
    }


def _place(checkpoint: Checkpoint) -> Json:
    return {"name": checkpoint.name, "ordinal": checkpoint.ordinal, "building": checkpoint.building or None}
