"""What ezdxf calls an entity, as far as types go: which attributes it has depends on its DXF type at run time."""

from typing import Any, TypeAlias

Entity: TypeAlias = Any
"""A DXF entity. ``dxftype()`` decides what else can be asked of it."""
