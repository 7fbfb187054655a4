"""How fast people walk: slow ends of published ranges, because a guarantee needs an upper bound of time.

Sources:
    FDS+Evac guide, Table 1: adults 1.25 ± 0.30 m/s, children 0.90 ± 0.30 m/s on the level (slow ends 0.95 and 0.60).
    Ono et al., Fire Safety Journal 142 (2024) 104050: flights of stairs at 0.81 to 0.90 of the level speed, going down.
    IMO MSC.1/Circ.1238: free speed on stairs 1.0 m/s down, 0.8 m/s up, beside 1.2 m/s on the level (up is 0.67 of it).
    RiMEA guideline (after Weidmann): reduced mobility 0.46 to 0.76 m/s on the level.
    NIST, Kuligowski et al.: people with impairments on stairs, also assisted, 0.31 ± 0.16 m/s.
    Boyce, Shields and Silcock, Fire Technology 35 (1999): manual wheelchair 0.69 m/s on the level; stairs are closed.
"""

from dataclasses import asdict, dataclass

from geo_server.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Profile:
    """Walking speeds in metres per second, along the slope on stairs and ramps. 0 means: cannot be used.

    Args:
        name: Its key.
        level_mps: On the level.
        stairs_up_mps: Up a flight of stairs.
        stairs_down_mps: Down a flight of stairs.
        ramp_mps: On a ramp or other step-free way between levels, either way.
        source: Where the figures come from.
    """

    name: str
    level_mps: float
    stairs_up_mps: float
    stairs_down_mps: float
    ramp_mps: float
    source: str

    def __post_init__(self) -> None:
        speeds = (self.level_mps, self.stairs_up_mps, self.stairs_down_mps, self.ramp_mps)
        if not all(0 <= speed < 20 for speed in speeds) or self.level_mps <= 0:
            raise InvalidInput(
                f"Profile {self.name!r} has a speed that nobody walks at: {speeds}.",
                where="profile",
                advice="Give metres per second, 0 where a way cannot be used, and more than 0 on the level.",
            )

    @property
    def fastest_mps(self) -> float:
        """The highest of its speeds: a threat is never taken to be slower."""
        return max(self.level_mps, self.stairs_up_mps, self.stairs_down_mps, self.ramp_mps)

    @property
    def takes_stairs(self) -> bool:
        """Whether its people can use stairs, up and down."""
        return min(self.stairs_up_mps, self.stairs_down_mps) > 0

    def as_json(self) -> dict[str, object]:
        """Its values, for the assumptions of a plan."""
        return asdict(self)


ADULT = Profile("adult", 0.95, 0.63, 0.79, 0.95, "FDS+Evac guide, Table 1, slow end; stairs IMO (up), Ono 2024 (down)")
CHILD = Profile("child", 0.60, 0.40, 0.49, 0.60, "FDS+Evac guide, Table 1, slow end; stairs IMO (up), Ono 2024 (down)")
REDUCED_MOBILITY = Profile(
    "reduced_mobility", 0.46, 0.15, 0.15, 0.30, "RiMEA, slow end; stairs NIST, one deviation down"
)
WHEELCHAIR = Profile("wheelchair", 0.69, 0.0, 0.0, 0.50, "Boyce 1999, manual wheelchair; stairs closed")

PROFILES = {profile.name: profile for profile in (ADULT, CHILD, REDUCED_MOBILITY, WHEELCHAIR)}


def find_profile(name: str) -> Profile:
    """A profile by name.

    Raises:
        InvalidInput: There is none of that name.
    """
    if name not in PROFILES:
        raise InvalidInput(
            f"There is no profile {name!r}.", where="profile", advice=f"Choose one of: {', '.join(PROFILES)}."
        )
    return PROFILES[name]
