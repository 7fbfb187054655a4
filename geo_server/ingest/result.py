"""What an intake returns: a floorplan, what was noticed, and how sure it is of the scale."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from geo_server.domain.findings import Finding, Severity
from geo_server.domain.places import Floorplan
from geo_server.ingest.georeference import Georeference


@dataclass(frozen=True, slots=True)
class Scale:
    """Length of one unit of the file, and why.

    Args:
        metres_per_unit: Length of one unit in metres; 1 where coordinates are longitude and latitude.
        confidence: 0 (a guess) to 1 (stated beyond doubt, or given by a person).
        evidence: One sentence for each thing that speaks for or against it, strongest first.
    """

    metres_per_unit: float
    confidence: float
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportResult:
    """What was understood of a file.

    Args:
        floorplan: In drawing metres, or in site metres when the file says where on the ground it is.
        findings: Dropped, repaired, guessed and contradictory things.
        format: ``dxf``, ``dwg``, ``ifc``, ``imdf``, ``geojson``, ``osm-indoor`` or ``floorplan``.
        scale: Length of the file's unit, and why.
        totals: How many objects of the file were read, used and dropped, by kind.
        georeference: Where on the ground a drawing says that it is; None when it does not, or is in lon, lat anyway.
    """

    floorplan: Floorplan
    findings: tuple[Finding, ...]
    format: str
    scale: Scale
    totals: Mapping[str, int] = field(default_factory=dict)
    georeference: Georeference | None = None

    def count_findings(self) -> dict[Severity, int]:
        """How many findings of each severity; one that stands for many objects counts once."""
        counts = Counter(finding.severity for finding in self.findings)
        return {severity: counts[severity] for severity in Severity}
