"""Threats, and the sightings that make them, as they are kept."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from shapely import Point, Polygon

from geo_server.domain.errors import Conflict, NotFound
from geo_server.domain.incidents import Retraction, Sighting
from geo_server.store.access import add_person
from geo_server.store.database import Database
from geo_server.store.threats import (
    add_sighting,
    add_threat,
    find_sighting,
    find_threat,
    list_sightings,
    list_threats,
    retract_sighting,
    update_threat,
    withdraw_threat,
)
from tests.store.samples import NOON, a_sighting, found, in_incident


def same_sighting(read: Sighting, written: Sighting) -> bool:
    assert read.reporter_point is not None
    assert written.reporter_point is not None
    return (
        bool(read.point.equals_exact(written.point, 1e-6))
        and bool(read.reporter_point.equals_exact(written.reporter_point, 1e-6))
        and replace(read, point=written.point, reporter_point=written.reporter_point, received_at=None) == written
    )


def test_a_sighting_is_read_as_it_was_written(database: Database) -> None:
    site, incident, threat = in_incident(database)
    with database.transaction() as c:
        sighting = replace(a_sighting(incident, threat), reported_by=add_person(c, "Ann"))
        assert add_sighting(c, sighting, site.frame) is True
        (read,) = list_sightings(c, incident.id, site.frame)
    assert same_sighting(read, sighting)
    assert read.received_at is not None


def test_an_area_that_a_threat_was_seen_in_is_kept_and_gone_once_a_place_is_known(database: Database) -> None:
    site, incident, threat = in_incident(database)
    area = Polygon([(1, 1), (7, 1), (7, 4), (4, 2)])
    sighting = replace(a_sighting(incident, threat), polygon=area)
    with database.transaction() as c:
        assert add_sighting(c, sighting, site.frame) is True
        assert add_sighting(c, sighting, site.frame) is False
        (read,) = list_sightings(c, incident.id, site.frame)
        update_threat(c, replace(threat, polygon=area), site.frame)
        (there,) = list_threats(c, incident.id, site.frame)
        update_threat(c, threat, site.frame)
        known = find_threat(c, incident.id, threat.id, site.frame)
    for polygon in (read.polygon, there.polygon):
        assert polygon is not None
        assert polygon.equals_exact(area, 1e-6)
    assert known is not None
    assert known.polygon is None
    moved = replace(sighting, polygon=Polygon([(1, 1), (7, 1), (7, 4), (4, 3)]))
    with database.transaction() as c, pytest.raises(Conflict, match="taken"):
        add_sighting(c, moved, site.frame)


def test_where_the_reporter_stood_is_never_made_up(database: Database) -> None:
    site, incident, threat = in_incident(database)
    sighting = replace(a_sighting(incident, threat), reporter_point=None)
    with database.transaction() as c:
        add_sighting(c, sighting, site.frame)
        assert list_sightings(c, incident.id, site.frame)[0].reporter_point is None


def test_a_repeated_sighting_is_not_counted_twice_and_a_changed_one_is_refused(database: Database) -> None:
    site, incident, threat = in_incident(database)
    sighting = a_sighting(incident, threat)
    with database.transaction() as c:
        assert add_sighting(c, sighting, site.frame) is True
        assert add_sighting(c, sighting, site.frame) is False
        for changed in (replace(sighting, point=Point(5.0, 3.001)), replace(sighting, confidence=0.5)):
            with pytest.raises(Conflict, match="sighting"):
                add_sighting(c, changed, site.frame)
        assert len(list_sightings(c, incident.id, site.frame)) == 1


def test_a_sighting_belongs_to_a_threat_and_a_level_of_its_own_site(database: Database) -> None:
    north, incident, threat = in_incident(database, "north")
    _, _, elsewhere = in_incident(database, "south")
    sighting = a_sighting(incident, threat)
    with pytest.raises(NotFound, match="threat"), database.transaction() as c:
        add_sighting(c, replace(sighting, threat_id=elsewhere.id), north.frame)
    with pytest.raises(NotFound, match="level"), database.transaction() as c:
        add_sighting(c, replace(sighting, level_id=elsewhere.level_id), north.frame)


def test_where_a_sighting_went_can_be_asked_on_its_own_site(database: Database) -> None:
    north, incident, threat = in_incident(database, "north")
    south, _ = found(database, "south")
    sighting = a_sighting(incident, threat)
    with database.transaction() as c:
        add_sighting(c, sighting, north.frame)
        kept = find_sighting(c, north.id, sighting.id, north.frame)
        assert find_sighting(c, south.id, sighting.id, south.frame) is None
    assert kept is not None
    assert (kept.incident_id, kept.threat_id) == (incident.id, threat.id)


def test_a_threat_is_a_track_that_goes_on(database: Database) -> None:
    site, incident, threat = in_incident(database)
    on = replace(threat, point=Point(12.0, 1.5), radius_m=2.0, seen_at=NOON + timedelta(seconds=40))
    with database.transaction() as c:
        (before,) = list_threats(c, incident.id, site.frame)
        update_threat(c, on, site.frame)
        (after,) = list_threats(c, incident.id, site.frame)
    for read, written in ((before, threat), (after, on)):
        assert read.point.equals_exact(written.point, 1e-6)
        assert replace(read, point=written.point) == written


def test_a_threat_stands_on_a_level_of_its_site_in_an_incident_that_is_there(database: Database) -> None:
    site, incident, threat = in_incident(database, "north")
    _, _, elsewhere = in_incident(database, "south")
    stray = replace(threat, id=uuid4(), level_id=elsewhere.level_id)
    with pytest.raises(NotFound, match="level"), database.transaction() as c:
        add_threat(c, incident.id, stray, site.frame)
    with pytest.raises(NotFound, match="level"), database.transaction() as c:
        update_threat(c, replace(stray, id=threat.id), site.frame)
    with pytest.raises(NotFound, match="incident"), database.transaction() as c:
        add_threat(c, uuid4(), replace(threat, id=uuid4()), site.frame)
    with pytest.raises(NotFound, match="threat"), database.transaction() as c:
        update_threat(c, replace(threat, id=uuid4()), site.frame)
    with pytest.raises(Conflict, match="taken"), database.transaction() as c:
        add_threat(c, incident.id, threat, site.frame)


def test_threats_are_listed_the_one_seen_last_first(database: Database) -> None:
    site, incident, first = in_incident(database)
    second = replace(first, id=uuid4(), seen_at=NOON + timedelta(seconds=5))
    with database.transaction() as c:
        add_threat(c, incident.id, second, site.frame)
        assert [threat.id for threat in list_threats(c, incident.id, site.frame)] == [second.id, first.id]
        assert list_threats(c, uuid4(), site.frame) == []


def test_a_sighting_that_is_retracted_is_kept_with_who_said_so_first_and_why(database: Database) -> None:
    site, incident, threat = in_incident(database)
    sighting = a_sighting(incident, threat)
    with database.transaction() as c:
        first = Retraction(NOON, add_person(c, "Ann"), "It was a broom.")
        add_sighting(c, sighting, site.frame)
        assert retract_sighting(c, site.id, sighting.id, first) is True
        assert retract_sighting(c, site.id, sighting.id, Retraction(NOON, None, "No.")) is False
        assert retract_sighting(c, site.id, uuid4(), first) is False
        assert add_sighting(c, sighting, site.frame) is False, "sent again it does not come back"
        (kept,) = list_sightings(c, incident.id, site.frame)
    assert kept.retraction == first


def test_a_threat_that_is_withdrawn_is_listed_no_more_until_it_is_seen_again(database: Database) -> None:
    site, incident, threat = in_incident(database)
    with database.transaction() as c:
        withdraw_threat(c, threat.id, NOON)
        assert list_threats(c, incident.id, site.frame) == []
        assert find_threat(c, incident.id, threat.id, site.frame) is not None
        assert find_threat(c, uuid4(), threat.id, site.frame) is None
        update_threat(c, threat, site.frame)
        assert [listed.id for listed in list_threats(c, incident.id, site.frame)] == [threat.id]
