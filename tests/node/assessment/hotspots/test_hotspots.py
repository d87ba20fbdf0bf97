"""Contaminated areas: entered, cleared day by day, checked, handed over by two people; who sees them, what leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.node.assessment.hotspots import planted_hotspots as planted
from tests.node.conftest import somebody
from tests.node.records.lots.planted_lots import WHY_SENT, chief

from rasr.core.basis.findings import Refused
from rasr.node.assessment.hotspots import extent, outward, queries, services
from rasr.node.assessment.models import Hotspot, HotspotState, TaskState
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import Entry, Grant, User
from rasr.node.places.models import Site, Store
from rasr.node.records.events import due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("assessed")]
ClientOf = Callable[[User], Client]


@pytest.fixture
def site() -> Site:
    """A site with a store."""
    return Store.objects.select_related("site").order_by("pk")[0].site


@pytest.fixture
def stranger(site: Site) -> User:
    """The technical officer of another organisation."""
    other = Site.objects.exclude(organisation_id=site.organisation_id).order_by("pk")[0]
    return somebody("stranger", "technical_officer", organisation_id=other.organisation_id)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("42.0, 20.0\nhere", "hotspot_corner_unreadable"),
        ("91.0, 20.0\n42.0, 20.0\n42.1, 20.1", "hotspot_corner_unreadable"),
        ("42.0, 20.0\n42.1, 20.1", "hotspot_corners_few"),
        ("42.0, 20.0\n42.1, 20.0\n42.1, 20.1\n42.1, 20.0", "hotspot_corners_few"),
        ("42.0, 20.0\n42.1, 20.1\n42.1, 20.0\n42.0, 20.1", "hotspot_perimeter_crosses"),
    ],
)
def test_a_perimeter_that_cannot_be_is_named(text: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        extent.read(text)


def test_a_perimeter_is_read_and_its_area_is_that_of_the_ground() -> None:
    text = "42.0; 20.0\n42.001 20.0\n\n42.001,20.001\n42.0, 20.001\n42.0, 20.0"
    corners = extent.read(text)
    assert corners == [tuple(one) for one in planted.SQUARE]
    assert extent.read(extent.written(corners)) == corners
    assert extent.read("") == []
    assert extent.area_m2(corners) == pytest.approx(111.195 * 111.195 * 0.74314, rel=1e-3)
    assert extent.area_m2([]) == 0
    assert extent.ring_area_m2(10) == pytest.approx(314.159, rel=1e-5)


def test_it_goes_from_the_report_to_the_hand_over(site: Site) -> None:
    found = planted.enter(site.pk)
    one, item = planted.task(found), planted.item(found)
    assert planted.release(one, 400).state == TaskState.UNDER_WAY
    done = planted.release(one, 600, planted.DAY + timedelta(1), completes=True)
    assert (done.start_on, done.end_on) == (planted.DAY, planted.DAY + timedelta(1))
    with pytest.raises(Refused, match="clearance_check_early"):
        planted.check(done)
    facts = {"on": done.end_on, "inspector": "Centre", "result": "passed"}
    services.check(actor=chief(), task_id=done.pk, facts=facts)
    with pytest.raises(Refused, match="hotspot_items_left"):
        planted.ask(found)
    fate = {"fate": "destroyed", "fate_on": planted.DAY, "disposal": "Open detonation"}
    services.settle_item(actor=chief(), item_id=item.pk, facts=fate, why=planted.WHY)
    with pytest.raises(Refused, match="clearance_days_in_disorder"):
        planted.ask(found)
    services.check(actor=chief(), task_id=done.pk, facts={**facts, "result": "minor", "nonconformity": "A mark."})
    ready = planted.ready(site.pk, "Field")
    asked = planted.ask(ready)
    sure: dict[str, Any] = {"approve": True, "reason": "Mine.", "digest": asked.digest}
    with pytest.raises(Refused, match="approval_own"):
        approvals.decide(actor=chief(), session="s", approval_id=asked.pk, **sure)
    assert queries.waiting(chief(), ready) == asked
    over = planted.hand_over(planted.ready(site.pk, "Meadow"))
    assert (over.state, over.handed_over_to, over.agreed_by) == (HotspotState.HANDED_OVER, "Village", planted.second())
    with pytest.raises(Refused, match="hotspot_handed_over"):
        planted.task(over)


def test_what_is_not_cleared_is_not_handed_over(site: Site) -> None:
    empty = planted.enter(site.pk)
    with pytest.raises(Refused, match="hotspot_not_released"):
        planted.ask(empty)
    found, done = planted.completed(site.pk)
    with pytest.raises(Refused, match="hotspot_not_released"):
        planted.ask(found)
    planted.check(done, "failed")
    done.refresh_from_db()
    assert (done.state, done.end_on) == (TaskState.UNDER_WAY, None), "what failed is done again"
    with pytest.raises(Refused, match="hotspot_not_released"):
        planted.ask(found)
    assert planted.release(done, 0, completes=True).state == TaskState.COMPLETED, "mended without new land"
    planted.check(done)
    assert planted.hand_over(found).state == HotspotState.HANDED_OVER
    ready = planted.ready(site.pk)
    asked = planted.ask(ready)
    planted.task(ready)
    agreed: dict[str, Any] = {"session": "t", "approve": True, "reason": "Seen.", "digest": asked.digest}
    with pytest.raises(Refused):
        approvals.decide(actor=planted.second(), approval_id=asked.pk, **agreed)
    ready.refresh_from_db()
    assert ready.state == HotspotState.OPEN, "a task that came in between is looked at first"


def test_more_than_there_is_is_not_cleared(site: Site) -> None:
    one = planted.task(planted.enter(site.pk))
    planted.release(one, 900)
    with pytest.raises(Refused, match="clearance_beyond_area"):
        planted.release(one, 101)
    with pytest.raises(Refused, match="clearance_task_goes_on"):
        planted.check(one)
    with pytest.raises(Refused, match="clearance_days_in_disorder"):
        planted.release(one, 1, planted.DAY - timedelta(1), completes=True)
    with pytest.raises(Refused, match="day_in_future"):
        planted.release(one, 1, timezone.localdate() + timedelta(1))
    planted.release(one, 100, completes=True)
    with pytest.raises(Refused, match="clearance_task_ended"):
        planted.release(one, 1)
    facts = {"on": planted.DAY, "inspector": "Centre", "result": "failed", "nonconformity": " "}
    with pytest.raises(Refused, match="clearance_nonconformity_wanted"):
        services.check(actor=chief(), task_id=one.pk, facts=facts)


def test_others_learn_nothing_of_it(site: Site, stranger: User, client_of: ClientOf) -> None:
    made = planted.plant(site.pk, "Secret yard")
    away = client_of(stranger)
    keeper = somebody("keeper", "technical_officer")
    narrow = Store.objects.filter(site=site).order_by("pk")[0]
    Grant.objects.filter(user=keeper).update(store=narrow)
    for person in (away, client_of(keeper)):
        for name in ("hotspot", "hotspot-change", "hotspot-hand-over"):
            assert person.get(reverse(f"assessment:{name}", args=[made.hotspot_id])).status_code == 404
        assert person.get(reverse("assessment:hotspot-release", args=[made.task_id])).status_code == 404
        assert person.get(reverse("assessment:hotspot-item-settle", args=[made.hotspot_item_id])).status_code == 404
        assert "Secret" not in person.get(reverse("assessment:hotspot-list")).text
        for table in outward.TABLES:
            assert "Secret" not in person.get(reverse("assessment:hotspot-data", args=[table])).text
    with pytest.raises(Hotspot.DoesNotExist):
        services.change(actor=stranger, hotspot_id=made.hotspot_id, facts={"name": "Mine"}, why=planted.WHY)
    with pytest.raises(Site.DoesNotExist):
        services.enter(actor=stranger, site_id=site.pk, facts={"name": "Mine"}, why=planted.WHY)
    reader = somebody("reads", "storekeeper", site_id=site.pk)
    with pytest.raises(PermissionDenied):
        services.enter(actor=reader, site_id=site.pk, facts={"name": "Mine"}, why=planted.WHY)
    assert client_of(chief()).get(reverse("assessment:hotspot-data", args=["all"])).status_code == 404


def test_the_page_shows_stated_beside_computed_and_what_was_done(site: Site, client_of: ClientOf) -> None:
    made = planted.plant(site.pk, "Yard")
    page = client_of(chief()).get(reverse("assessment:hotspot", args=[made.hotspot_id])).text
    for told in ("9\u202f000", "9\u202f188", "42.0005, 20.0005", "Mortar", "Failed"):
        assert told in page, told
    acts = set(Entry.objects.filter(row_id=str(made.hotspot_id)).values_list("act", flat=True))
    assert {"hotspot.enter", "hotspot.task", "hotspot.progress", "hotspot.check", "hotspot.item"} <= acts


def test_forms_say_what_is_wrong(site: Site, client_of: ClientOf) -> None:
    officer, page = client_of(chief()), reverse("assessment:hotspot-enter")
    sent = {**planted.ENTERS, "site": site.pk}
    answer = officer.post(page, {**sent, "perimeter": "42.0, 20.0\nthere"})
    assert (answer.status_code, "Line 2 is no corner" in answer.text) == (400, True)
    assert officer.post(page, {**sent, "area_m2": "-1"}).status_code == 400
    assert officer.post(page, sent).status_code == 302
    made = Hotspot.objects.get(name="Yard")
    assert queries.enclosed_m2(made) == pytest.approx(7_853.98, abs=0.01)
    half = {"family": "mortar", "evidence": "seen", "noted_on": "2026-01-05", "latitude_deg": "42"}
    answer = officer.post(reverse("assessment:hotspot-item", args=[made.pk]), half)
    assert "both latitude and longitude" in answer.text
    change = reverse("assessment:hotspot-change", args=[made.pk])
    assert officer.post(change, {**planted.FACTS, "state": "handed_over", **WHY_SENT}).status_code == 404
    made.refresh_from_db()
    assert made.state == HotspotState.OPEN


def test_a_task_that_is_late_is_due(site: Site, stranger: User) -> None:
    found = planted.enter(site.pk)
    one = planted.task(found)
    line = next(one for one in due.due_for(chief()) if one.code == "clearance")
    assert (line.what, line.is_late, line.address) == ("Yard", True, reverse("assessment:hotspot", args=[found.pk]))
    assert not [one for one in due.due_for(stranger) if one.code == "clearance"]
    planted.release(one, 1_000, completes=True)
    assert not [one for one in due.due_for(chief()) if one.code == "clearance"]


def test_the_tables_for_mine_action_leave_as_files(site: Site, client_of: ClientOf) -> None:
    planted.plant(site.pk, "=2+3")
    planted.enter(site.pk, "Ring", perimeter=[], radius_m=50.0, area_m2=None)
    officer = client_of(chief())

    def file(table: str, form: str) -> bytes:
        answer = officer.get(reverse("assessment:hotspot-data", args=[table]), {"export": form})
        assert f".{form}" in answer.headers["Content-Disposition"]
        return b"".join(answer)

    areas = outward.areas(chief()).sort("hotspot", "status")
    assert areas["area_type"].unique().to_list() == ["CHA"]
    assert areas["released_m2"].to_list() == [1_000, 1_000, 0]
    assert areas["device_categories"].to_list() == [None, "mortar", None]
    assert "'=2+3" in file("areas", "csv").decode()
    shapes = {one["properties"]["hotspot"]: one["geometry"] for one in json.loads(file("areas", "geojson"))["features"]}
    outline = shapes["'=2+3"]["coordinates"][0]
    assert outline[0] == outline[-1] == [20.0, 42.0]
    assert len(outline) == 5
    assert shapes["Ring"]["type"] == "Polygon"
    assert file("areas", "gpkg").startswith(b"SQLite format 3")
    for table, columns in (("activities", 12), ("released", 9), ("devices", 11), ("checks", 12)):
        told = outward.TABLES[table](chief())
        assert (told.width, told.height > 0) == (columns, True), table
        assert file(table, "xlsx").startswith(b"PK")
    devices = json.loads(file("devices", "geojson"))["features"]
    assert [one["geometry"]["coordinates"] for one in devices] == [[20.0005, 42.0005]]
    assert Entry.objects.filter(act="export.make", after__name="hotspots-devices").exists()
