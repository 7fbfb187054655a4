"""A map-first situational-awareness server for schools and campuses."""

from importlib.metadata import version

__version__ = version("geo-server")
