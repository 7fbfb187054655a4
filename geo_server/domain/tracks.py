"""The track that sightings make."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from geo_server.domain.incidents import Sighting, Threat


def track(sightings: Sequence[Sighting], speeds: Mapping[str, float], otherwise_mps: float) -> Threat | None:
    """The threat as the sightings that hold tell of it: where it was seen last, as fast as any of them has it.

    Args:
        sightings: Of one threat, as they were recorded.
        speeds: Top speed of a kind of threat, in metres per second.
        otherwise_mps: What a kind without a speed counts as.

    Returns:
        None when every sighting was retracted.
    """
    holding = [sighting for sighting in sightings if sighting.retraction is None]
    if not holding:
        return None
    last = max(holding, key=lambda sighting: (seen_at(sighting), sighting.received_at or sighting.seen_at))
    return Threat(
        id=last.threat_id,
        kind=last.kind,
        level_id=last.level_id,
        point=last.point,
        radius_m=last.radius_m,
        speed_mps=max(speeds.get(sighting.kind, otherwise_mps) for sighting in holding),
        seen_at=seen_at(last),
        polygon=last.polygon,
    )


def seen_at(sighting: Sighting) -> datetime:
    """When it was seen, never later than it arrived: a clock that runs ahead must not shorten a threat's reach."""
    return sighting.seen_at if sighting.received_at is None else min(sighting.seen_at, sighting.received_at)
