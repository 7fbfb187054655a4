"""The command line: one module for each command or family of commands."""

from geo_server.cli.app import main

__all__ = ["main"]
