"""Who may do what. A person has one role on each site; a role is a set of permissions."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is on a site."""

    VIEWER = "viewer"
    """Sees the published map."""
    GUEST = "guest"
    """Sees an incident without names, and changes nothing: what a responder link makes of a device."""
    GATEWAY = "gateway"
    """A program that passes on what people send as text messages; sees nothing."""
    STAFF = "staff"
    """Sees what to do, reports a status, says what was seen."""
    RESPONDER = "responder"
    """Sees everything of an incident."""
    FACILITIES = "facilities"
    """Brings in drawings, places and publishes them."""
    COMMANDER = "commander"
    """Gives directives, closes ways, ends incidents."""
    ADMIN = "admin"
    """All of it, and who may come in."""


class Permission(StrEnum):
    """Something a person may do on a site."""

    SEE_MAP = "see_map"
    SEE_INCIDENT = "see_incident"
    SEE_NAMES = "see_names"
    """Of what one sees: names of people, and the words and numbers that they added."""
    SEE_STATUSES = "see_statuses"
    SEE_REPORTS = "see_reports"
    SEE_PLAN = "see_plan"
    PLAN_AHEAD = "plan_ahead"
    REPORT_STATUS = "report_status"
    REPORT_SIGHTING = "report_sighting"
    RELAY_TEXTS = "relay_texts"
    MANAGE_INCIDENT = "manage_incident"
    CLOSE_WAYS = "close_ways"
    WALK_ROUNDS = "walk_rounds"
    HANDLE_CONCERNS = "handle_concerns"
    GIVE_DIRECTIVES = "give_directives"
    SHARE_INCIDENT = "share_incident"
    EDIT_FLOORPLANS = "edit_floorplans"
    PUBLISH_FLOORPLANS = "publish_floorplans"
    EXPORT = "export"
    MANAGE_ACCESS = "manage_access"


_VIEWER = frozenset({Permission.SEE_MAP})
_STAFF = _VIEWER | {
    Permission.SEE_INCIDENT,
    Permission.SEE_NAMES,
    Permission.REPORT_STATUS,
    Permission.REPORT_SIGHTING,
}
_RESPONDER = _STAFF | {
    Permission.SEE_STATUSES,
    Permission.SEE_REPORTS,
    Permission.SEE_PLAN,
    Permission.PLAN_AHEAD,
    Permission.MANAGE_INCIDENT,
    Permission.CLOSE_WAYS,
    Permission.HANDLE_CONCERNS,
    Permission.WALK_ROUNDS,
    Permission.EXPORT,
}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.GUEST: _VIEWER | {Permission.SEE_INCIDENT, Permission.SEE_STATUSES, Permission.SEE_PLAN},
    Role.GATEWAY: frozenset({Permission.RELAY_TEXTS}),
    Role.STAFF: _STAFF,
    Role.RESPONDER: _RESPONDER,
    Role.FACILITIES: _STAFF
    | {
        Permission.PLAN_AHEAD,
        Permission.WALK_ROUNDS,
        Permission.EDIT_FLOORPLANS,
        Permission.PUBLISH_FLOORPLANS,
        Permission.EXPORT,
    },
    Role.COMMANDER: _RESPONDER | {Permission.GIVE_DIRECTIVES, Permission.SHARE_INCIDENT},
    Role.ADMIN: frozenset(Permission),
}
"""The whole table; ``docs/access.md`` shows it."""


def permits(role: Role, permission: Permission) -> bool:
    """Whether a role has a permission."""
    return permission in PERMISSIONS[role]
