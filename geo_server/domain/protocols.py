"""A protocol pack: which kinds of incidents there are, what people are told to do, and what that permits.

A pack is a TOML text that a district may replace. Its wording is the district's own; the engine only supplies facts.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from geo_server.domain.errors import InvalidInput
from geo_server.domain.incidents import WITHDRAWN
from geo_server.domain.routes import Destination


@dataclass(frozen=True, slots=True)
class Wording:
    """What something is called in one language, and what is said of it.

    Args:
        title: One or two words.
        words: One sentence that says what to do; empty for a kind of incident.
    """

    title: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a zone can be told to do.

    Args:
        key: ``hold``, ``secure``, ``lockdown``, ``evacuate``, ``shelter`` or the district's own.
        title: One or two words.
        words: One sentence that says what to do.
        may_leave: Whether staff see a route while this directive is in force.
        to: Where such a route leads.
        languages: The same in other languages, by their tags, as ``es``.
    """

    key: str
    title: str
    words: str
    may_leave: bool
    to: Destination = Destination.EXITS
    languages: Mapping[str, Wording] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IncidentKind:
    """A kind of incident.

    Args:
        action: Key of the action that a site takes when nobody has ordered anything else.
        speed_mps: Top speed of the threat in metres per second.
        languages: Its title in other languages, by their tags.
        has_place: Whether it threatens from some place, such as a fire, so that no way is sure until somebody says from where.
    """

    key: str
    title: str
    action: str
    speed_mps: float
    languages: Mapping[str, Wording] = field(default_factory=dict)
    has_place: bool = True


@dataclass(frozen=True, slots=True)
class ProtocolPack:
    """Actions and kinds of incidents by key."""

    name: str
    actions: Mapping[str, Action]
    kinds: Mapping[str, IncidentKind]

    def action_for(self, kind: str) -> Action:
        """The action that a kind of incident calls for.

        Raises:
            InvalidInput: The pack has no such kind.
        """
        if kind not in self.kinds:
            raise InvalidInput(
                f"There is no incident kind {kind!r}.", where="kind", advice=f"Choose one of: {', '.join(self.kinds)}."
            )
        return self.actions[self.kinds[kind].action]

    def has_place(self, kind: str) -> bool:
        """Whether a kind of incident threatens from some place; one that the pack does not have may."""
        return kind not in self.kinds or self.kinds[kind].has_place

    def load_action(self, key: str) -> Action:
        """An action by key.

        Raises:
            InvalidInput: The pack has no such action.
        """
        if key not in self.actions:
            raise InvalidInput(
                f"There is no action {key!r}.", where="action", advice=f"Choose one of: {', '.join(self.actions)}."
            )
        return self.actions[key]


def read_pack(text: str, where: str = "protocol pack") -> ProtocolPack:
    """A pack from its TOML text.

    Args:
        text: The TOML text.
        where: What to call it in a refusal.

    Raises:
        InvalidInput: Not TOML, a key missing, or a kind that names an unknown action.
    """
    try:
        raw = tomllib.loads(text)
        actions = {key: _action(key, table) for key, table in raw["actions"].items()}
        kinds = {key: _kind(key, table) for key, table in raw["incidents"].items()}
        name = str(raw["name"])
    except (tomllib.TOMLDecodeError, KeyError, AttributeError, TypeError, ValueError) as fault:
        raise InvalidInput(
            f"The protocol pack cannot be read: {fault}.",
            where=where,
            advice="Compare it with the pack that is shipped.",
        ) from fault
    for kind in kinds.values():
        if kind.action not in actions:
            raise InvalidInput(
                f"Incident kind {kind.key!r} calls for action {kind.action!r}, which the pack does not have.",
                where=f"{where}: incidents.{kind.key}.action",
                advice=f"Choose one of: {', '.join(actions)}.",
            )
    return ProtocolPack(name, actions, kinds)


def _action(key: str, table: Mapping[str, Any]) -> Action:
    if key == WITHDRAWN:
        raise ValueError(f"actions.{key} means that an order was taken back, so no action can be called that")
    to = Destination(table.get("to", Destination.EXITS))
    languages = {
        tag: Wording(str(text["title"]), str(text["words"])) for tag, text in table.get("languages", {}).items()
    }
    return Action(key, str(table["title"]), str(table["words"]), bool(table["may_leave"]), to, languages)


def _kind(key: str, table: Mapping[str, Any]) -> IncidentKind:
    speed = float(table["speed_mps"])
    if not (math.isfinite(speed) and speed > 0):
        raise ValueError(f"incidents.{key}.speed_mps must be above 0, not {speed}")
    has_place = table.get("has_place", True)
    if not isinstance(has_place, bool):
        raise TypeError(f"incidents.{key}.has_place must be true or false, not {has_place!r}")
    languages = {tag: Wording(str(text["title"])) for tag, text in table.get("languages", {}).items()}
    return IncidentKind(key, str(table["title"]), str(table["action"]), speed, languages, has_place)
