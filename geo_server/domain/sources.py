"""Systems outside that report by themselves: panic buttons, sensors, cameras, fire panels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from geo_server.domain.errors import InvalidInput


class SourceKind(StrEnum):
    """What a source is."""

    PANIC_BUTTON = "panic_button"
    GUNSHOT = "gunshot"
    CAMERA = "camera"
    FIRE_PANEL = "fire_panel"


@dataclass(frozen=True, slots=True)
class Reports:
    """What a kind of source reports unless told otherwise.

    Args:
        kind: A kind of the shipped protocol pack.
        confidence: 0 to 1. A button is pressed by a person; software that listens or looks errs.
        radius_m: How far from the device it may be. Whoever presses a button has seen something, and is rarely where it is.
    """

    kind: str
    confidence: float
    radius_m: float


USUALLY: dict[SourceKind, Reports] = {
    SourceKind.PANIC_BUTTON: Reports("unknown", 1.0, 50.0),
    SourceKind.GUNSHOT: Reports("armed_assailant", 0.8, 25.0),
    SourceKind.CAMERA: Reports("armed_assailant", 0.5, 15.0),
    SourceKind.FIRE_PANEL: Reports("fire", 1.0, 10.0),
}


@dataclass(frozen=True, slots=True)
class DevicePlace:
    """Where a device is, or what it watches: a zone, or a spot.

    Args:
        zone_id: A zone, wherever the map has it.
        at: Lon, lat; with ``ordinal``.
        building: Name, or None when the place says it.
    """

    zone_id: UUID | None = None
    at: tuple[float, float] | None = None
    ordinal: int = 0
    building: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A system that may report.

    Args:
        name: What people call it; unique on its site.
        reports: The kind of incident that it reports, of the protocol pack.
        confidence: How sure a report is that does not say.
        opens_incidents: It opens an incident by itself; else what it reports outside of one is a concern.
        devices: Its devices by the id that it calls them.
    """

    id: UUID
    name: str
    kind: SourceKind
    reports: str
    confidence: float
    opens_incidents: bool
    devices: Mapping[str, DevicePlace] = field(default_factory=dict)

    def place_of(self, device: str) -> DevicePlace:
        """Where a device is.

        Raises:
            InvalidInput: The source has no such device.
        """
        place = self.devices.get(device)
        if place is None:
            known = ", ".join(sorted(self.devices)[:20]) or "none"
            raise InvalidInput(
                f"The source {self.name!r} has no device {device!r}.", where="device", advice=f"Its devices: {known}."
            )
        return place

    def named(self, device: str | None) -> str:
        """The source as a sighting names it, with the device."""
        return f"{self.name} {device}" if device else self.name
