"""How far an import has come: in stages, with counts.

Terminology:
    stage: what is being done.
    share: how much of the whole is behind, 0 to 1. It only grows, and says nothing about time.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class Stage(StrEnum):
    """What is being done with a file, in this order; the middle ones level by level."""

    RECEIVED = "received"
    OPENING = "opening"
    """The file is taken apart into lines and texts, or into features."""
    WALLS = "walls"
    ROOMS = "rooms"
    LABELS = "labels"
    MATCHING = "matching"
    """What was read is laid over the building's last revision, for the ids of what stayed."""
    STORING = "storing"


LEVEL_STAGES = (Stage.WALLS, Stage.ROOMS, Stage.LABELS)
_OPENED = 0.4
"""Share of one file's reading that is behind when it has been taken apart."""
_READ = 0.9
"""Share of an import that is behind when all files are read; storing begins half-way through the rest."""


@dataclass(frozen=True, slots=True)
class Step:
    """Where the work stands.

    Args:
        stage: What is being done.
        done: Levels that are behind; of several files, files.
        total: How many there are; 0 while nobody knows.
        share: Of the whole, 0 to 1.
    """

    stage: Stage
    done: int = 0
    total: int = 0
    share: float = 0.0

    def checked(self) -> "Step":
        """The step with every value of its type and in its bounds, whoever made it.

        Raises:
            ValueError: One is not.
        """
        stage, done, total, share = Stage(self.stage), int(self.done), int(self.total), float(self.share)
        if not (0 <= done <= total < 2**31 and 0 <= share <= 1):
            raise ValueError("A step has odd counts.")
        return Step(stage, done, total, share)


def step_of_level(stage: Stage, done: int, total: int) -> Step:
    """A stage of the level that comes after ``done`` others of a file."""
    within = LEVEL_STAGES.index(stage) / len(LEVEL_STAGES)
    return Step(stage, done, total, _OPENED + (1 - _OPENED) * (done + within) / total)


def step_of_files(step: Step, shares: list[float]) -> Step:
    """A step in the reading of one of several files, as one of the import that they are read for.

    Args:
        step: Of the one file.
        shares: Of each file's reading, 0 to 1.
    """
    share = _READ * sum(shares) / len(shares)
    if len(shares) == 1:
        return replace(step, share=share)
    return Step(step.stage, sum(1 for one in shares if one == 1), len(shares), share)


MATCHING = Step(Stage.MATCHING, share=_READ)
STORING = Step(Stage.STORING, share=(1 + _READ) / 2)
