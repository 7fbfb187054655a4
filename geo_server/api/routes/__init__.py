"""Addresses of the API, one module a noun."""

from fastapi import APIRouter

from geo_server.api.routes import (
    checkpoints,
    closures,
    directives,
    drills,
    edits,
    exports,
    guidance,
    health,
    imports,
    incidents,
    pages,
    reports,
    responder_links,
    revisions,
    rounds,
    sightings,
    sign_in,
    sign_offs,
    sites,
    texts,
)

ROUTERS: tuple[APIRouter, ...] = (
    pages.router,
    sign_in.router,
    sites.router,
    incidents.router,
    responder_links.router,
    sightings.router,
    guidance.router,
    reports.router,
    texts.router,
    directives.router,
    closures.router,
    drills.router,
    checkpoints.router,
    rounds.router,
    imports.router,
    revisions.router,
    edits.router,
    sign_offs.router,
    exports.router,
    health.router,
)
"""All of them."""
