"""Every address declares who may use it. That it is so enforced is for the matrix to try."""

from collections.abc import Callable

import httpx
import pytest
from fastapi import APIRouter

from geo_server.api.app import create_app
from geo_server.api.deps import Requires
from geo_server.api.routes import ROUTERS
from geo_server.api.rules import list_addresses
from geo_server.domain.roles import Permission, Role
from geo_server.settings import Settings
from geo_server.store.database import Database
from tests.campus import Campus, build_campus

Client = Callable[[Role | None], httpx.Client]

SITE = "/api/sites/{site}"

RULES = {
    "GET /": "public",
    "GET /sites/{site}": "public",
    "GET /service-worker.js": "public",
    "GET /problems/{slug}": "public",
    "GET /api/openapi.json": "public",
    "GET /sign-in": "public",
    "POST /sign-in": "public",
    "POST /sign-out": "public",
    "POST /api/sources/{source_id}/deliveries": "public",
    "GET /concern": "public",
    "POST /concern": "public",
    "GET /respond": "public",
    "POST /respond": "public",
    "GET /healthz": "public",
    "GET /readyz": "public",
    "GET /static": "public",
    "GET /api/me": "signed_in",
    "GET /api/sites": "signed_in",
    f"GET {SITE}": "see_map",
    f"GET {SITE}/zones": "see_map",
    f"GET {SITE}/openings": "see_map",
    f"GET {SITE}/floorplan": "see_map",
    f"GET {SITE}/style.json": "see_map",
    f"GET {SITE}/protocols": "see_map",
    "GET /tiles": "see_map",
    f"GET {SITE}/picture": "see_incident",
    f"GET {SITE}/events": "see_incident",
    f"GET {SITE}/zones/{{zone_id}}/guidance": "see_incident",
    f"GET {SITE}/plan": "see_plan",
    f"GET {SITE}/reach": "see_plan",
    f"GET {SITE}/zones/{{zone_id}}/choices": "see_plan",
    f"GET {SITE}/zones/{{zone_id}}/entries": "see_plan",
    f"POST {SITE}/what-if": "plan_ahead",
    f"POST {SITE}/sightings": "report_sighting",
    f"GET {SITE}/sightings": "see_incident",
    f"POST {SITE}/sightings/{{sighting_id}}/retraction": "report_sighting",
    f"POST {SITE}/conflicts/{{conflict_id}}/decision": "give_directives",
    f"POST {SITE}/incidents": "manage_incident",
    f"POST {SITE}/incidents/{{incident_id}}/kind": "give_directives",
    f"POST {SITE}/incidents/{{incident_id}}/state": "manage_incident",
    f"GET {SITE}/accountability": "see_reports",
    f"GET {SITE}/incidents/{{incident_id}}/picture": "see_reports",
    f"GET {SITE}/incidents/{{incident_id}}/timeline": "see_reports",
    f"POST {SITE}/incidents/{{incident_id}}/responder-links": "share_incident",
    f"GET {SITE}/incidents/{{incident_id}}/responder-links": "share_incident",
    f"DELETE {SITE}/incidents/{{incident_id}}/responder-links/{{link_id}}": "share_incident",
    f"GET {SITE}/concerns": "handle_concerns",
    f"POST {SITE}/concerns/{{concern_id}}/notes": "handle_concerns",
    f"POST {SITE}/concerns/{{concern_id}}/sighting": "handle_concerns",
    f"POST {SITE}/site-links": "handle_concerns",
    f"GET {SITE}/site-links": "handle_concerns",
    f"DELETE {SITE}/site-links/{{site_link_id}}": "handle_concerns",
    f"POST {SITE}/status-reports": "report_status",
    f"POST {SITE}/texts": "relay_texts",
    f"POST {SITE}/directives": "give_directives",
    f"POST {SITE}/directives/{{directive_id}}/withdrawal": "give_directives",
    f"POST {SITE}/closures": "close_ways",
    f"DELETE {SITE}/closures/{{closure_id}}": "close_ways",
    f"GET {SITE}/drills": "see_reports",
    f"GET {SITE}/drills/{{incident_id}}": "see_reports",
    f"GET {SITE}/drills/{{incident_id}}/form.json": "see_reports",
    f"GET {SITE}/drills/{{incident_id}}/form.csv": "see_reports",
    "GET /sites/{site}/drills/{incident_id}": "see_reports",
    f"PATCH {SITE}/drills/{{incident_id}}/form": "manage_incident",
    f"POST {SITE}/drills/{{incident_id}}/problems": "manage_incident",
    f"POST {SITE}/drills/{{incident_id}}/actions": "manage_incident",
    f"PUT {SITE}/drills/{{incident_id}}/actions/{{action_id}}/done": "manage_incident",
    f"GET {SITE}/checkpoints": "walk_rounds",
    f"POST {SITE}/checkpoints": "walk_rounds",
    f"POST {SITE}/checkpoints/from-map": "walk_rounds",
    f"DELETE {SITE}/checkpoints/{{checkpoint_id}}": "walk_rounds",
    f"GET {SITE}/rounds": "walk_rounds",
    f"POST {SITE}/rounds": "walk_rounds",
    f"GET {SITE}/rounds/{{round_id}}": "walk_rounds",
    f"POST {SITE}/rounds/{{round_id}}/checks": "walk_rounds",
    f"POST {SITE}/rounds/{{round_id}}/finish": "walk_rounds",
    f"GET {SITE}/faults": "walk_rounds",
    f"POST {SITE}/faults/{{fault_id}}/mending": "walk_rounds",
    f"POST {SITE}/imports": "edit_floorplans",
    f"GET {SITE}/imports": "edit_floorplans",
    f"GET {SITE}/imports/{{import_id}}": "edit_floorplans",
    f"POST {SITE}/imports/{{import_id}}/cancel": "edit_floorplans",
    f"POST {SITE}/imports/{{import_id}}/retry": "edit_floorplans",
    f"GET {SITE}/revisions": "edit_floorplans",
    f"GET {SITE}/revisions/{{revision_id}}": "edit_floorplans",
    f"GET {SITE}/revisions/{{revision_id}}/review": "edit_floorplans",
    f"GET {SITE}/revisions/{{revision_id}}/floorplan": "edit_floorplans",
    f"POST {SITE}/sign-offs": "edit_floorplans",
    f"GET {SITE}/sign-offs": "edit_floorplans",
    f"GET {SITE}/revisions/{{revision_id}}/differences": "edit_floorplans",
    f"POST {SITE}/revisions/{{revision_id}}/edits": "edit_floorplans",
    f"DELETE {SITE}/revisions/{{revision_id}}/edits/last": "edit_floorplans",
    f"POST {SITE}/revisions/{{revision_id}}/copy": "edit_floorplans",
    f"POST {SITE}/revisions/{{revision_id}}/placement": "edit_floorplans",
    f"POST {SITE}/revisions/{{revision_id}}/discard": "edit_floorplans",
    f"POST {SITE}/revisions/{{revision_id}}/publish": "publish_floorplans",
    f"GET {SITE}/exports/floorplan.geojson": "export",
    "GET /sites/{site}/zone-codes": "export",
    f"GET {SITE}/exports/map.html": "export",
    f"GET {SITE}/exports/graph.graphml": "export",
    f"GET {SITE}/exports/graph.json": "export",
}
"""Written by hand: opening an address to more people takes a change here too."""


def test_each_address_declares_the_rule_that_is_written_here() -> None:
    addresses = list_addresses(create_app(Settings()))

    declared = {
        f"{method} {address.path}": str(address.rule)
        for address in addresses
        for method in address.methods
        if method != "HEAD"
    }

    assert declared == RULES


def test_the_openapi_document_says_of_each_operation_who_may_call_it() -> None:
    document = create_app(Settings()).openapi()

    told = {
        f"{method.upper()} {path}": operation["x-access"]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }

    assert told == {address: rule for address, rule in RULES.items() if address in told}
    assert len(told) >= len(RULES) - 6, "all but the pages and the raw apps"


def test_an_address_without_a_rule_is_never_served(monkeypatch: pytest.MonkeyPatch) -> None:
    careless = APIRouter()

    @careless.get("/api/careless")
    def serve_anybody() -> None:
        """Has no rule."""

    monkeypatch.setattr("geo_server.api.app.ROUTERS", (*ROUTERS, careless))

    with pytest.raises(RuntimeError, match="/api/careless"):
        create_app(Settings())


def test_the_answers_for_another_site_and_for_none_cannot_be_told_apart(client: Client, database: Database) -> None:
    slugs = (build_campus(database).site.slug, "nowhere")
    admin = client(Role.ADMIN)

    other, none = (admin.get(f"/api/sites/{slug}").text.replace(slug, "SLUG") for slug in slugs)

    assert other == none


def test_a_site_that_is_no_name_at_all_is_not_found(client: Client) -> None:
    admin = client(Role.ADMIN)

    for odd in ("%00", "..%2f..%2fetc", "SCHOOL", "school%20", "a" * 3000, "%F0%9F%8F%AB"):
        assert admin.get(f"/api/sites/{odd}").status_code == 404, odd


def test_a_person_sees_only_the_sites_they_have_a_role_on(client: Client, database: Database, campus: Campus) -> None:
    build_campus(database)

    me = client(Role.STAFF).get("/api/me").json()

    assert me["sites"] == [{"slug": campus.site.slug, "name": campus.site.name, "role": "staff"}]
    assert me["person"]["name"] == "Pat staff"


def test_the_rule_of_a_raw_app_is_the_one_that_it_enforces() -> None:
    raw = {a.path: a.rule for a in list_addresses(create_app(Settings())) if a.path in {"/tiles", f"{SITE}/events"}}

    assert raw == {"/tiles": Requires(Permission.SEE_MAP), f"{SITE}/events": Requires(Permission.SEE_INCIDENT)}
