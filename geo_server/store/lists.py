"""Conditions about many values: one array each, so that a statement reads the same, and is prepared once, for any number."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, Column, ColumnElement, any_, literal


def is_one_of(column: Column[Any], values: Collection[object]) -> ColumnElement[bool]:
    """That a column has one of some values."""
    return column == any_(literal(list(values), ARRAY(column.type)))
