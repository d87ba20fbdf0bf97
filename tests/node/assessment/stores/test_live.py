"""The danger of a store as the register stands: the figures of an assessment, told to who sees it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import F
from django.test import Client
from django.urls import reverse
from tests.node.conftest import Places

from rasr.node.assessment.models import Run, StoreDanger
from rasr.node.assessment.stores import part, queries
from rasr.node.assessment.stores.figures import levels
from rasr.node.assessment.stores.state import now
from rasr.node.people.models import User
from rasr.node.people.services import add_user
from rasr.node.places.models import Store
from rasr.node.records.models import Register

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("assessed")]
ClientOf = Callable[[User], Client]
WORST = 6


def worst(site_id: str | None = None) -> list[StoreDanger]:
    """The most dangerous stores of the run."""
    rows = StoreDanger.objects.filter(neq_event_kg__gt=0).order_by("-fatalities_per_year")
    return list((rows.filter(store__site=site_id) if site_id else rows)[:WORST])


def danger_of(store_id: str) -> str:
    return reverse("assessment:store-danger", args=[store_id])


def test_the_figures_are_those_of_a_whole_assessment(assessed: Run, planner: User) -> None:
    found = worst()
    assert len(found) == WORST
    for kept in found:
        live = queries.live(planner, kept.store_id)
        figures = live.figures
        for name, span in (
            ("fatalities_per_year", figures.per_year),
            ("fatalities_per_event", figures.per_event),
            ("events_per_year", figures.events),
        ):
            told = [getattr(kept, f"{name}{end}") for end in ("_low", "", "_high")]
            assert [span.low, span.value, span.high] == pytest.approx(told, rel=1e-9), (kept.store_id, name)
        assert figures.event_neq_kg == pytest.approx(kept.neq_event_kg)
        assert not live.moved_on
    assert assessed.pk == live.standing.run_id if live.standing else False


def test_the_yield_as_tnt_is_that_of_the_assessment(planner: User, client_of: ClientOf) -> None:
    kept = StoreDanger.objects.exclude(tnt_event_kg=F("neq_event_kg")).order_by("-fatalities_per_year")[0]
    figures = queries.live(planner, kept.store_id).figures
    assert kept.neq_event_known_kg
    assert (figures.event_tnt_kg, figures.event_known_kg) == (
        pytest.approx(kept.tnt_event_kg),
        pytest.approx(kept.neq_event_known_kg),
    )
    shown = client_of(planner).get(danger_of(kept.store_id)).text
    assert "The event as TNT, kg" in shown
    assert "by explosive and peak pressure; the explosive of" in shown
    assert "The event as TNT, kg" in client_of(planner).get(reverse("desk:store", args=[kept.store_id])).text


def test_who_is_inside_is_counted_by_day_and_by_night(planner: User) -> None:
    kept = worst()[0]
    figures = queries.live(planner, kept.store_id).figures
    exposures = figures.state.region.table("exposures")
    points = figures.state.situation.exposures
    away = np.linalg.norm(points.points_m - figures.state.situation.points_m[figures.number], axis=1)
    assert len(away) == exposures.height
    rings = {ring.kind: ring for ring in figures.rings if ring.asked.required_m}
    assert "inhabited_building" in rings
    for kind, ring in rings.items():
        assert ring.asked.required_m
        inside = exposures.filter(pl.Series(away <= ring.asked.required_m) & (pl.col("kind") == kind))
        assert (ring.inside, ring.asked.status) == (inside.height, "not_verified")
        surveyed = inside.drop_nulls(["persons_day", "persons_night"])
        if surveyed.height == inside.height:
            assert [ring.day, ring.night] == pytest.approx(
                inside.select("persons_day", "persons_night").sum().row(0), rel=1e-9
            )
    short = figures.short
    assert (short["distance_m"] < short["required_m"]).all()
    assert short["shortfall_m"].to_list() == pytest.approx((short["required_m"] - short["distance_m"]).to_list())
    bands = figures.bands
    assert [band.level_per_year for band in bands] == sorted(levels(), reverse=True)
    assert sorted(band.inside for band in bands) == [band.inside for band in bands], "less risk, more people"


def test_one_step_changes_what_it_should(planner: User) -> None:
    live = queries.live(planner, worst()[0].store_id)
    steps = {step.code: step.change for step in live.steps}
    assert steps["empty"].value <= -live.figures.per_year.value * (1 - 1e-9), "its own danger is gone at least"
    assert steps["empty"].value < steps["tonne"].value < 0
    assert steps["tonne"].low <= steps["tonne"].value <= steps["tonne"].high


def test_the_mark_of_what_has_moved_on(planner: User, client_of: ClientOf) -> None:
    kept = worst()[0]
    assert "is of the same register" in client_of(planner).get(danger_of(kept.store_id)).text
    Register.objects.update(digest="another")
    said = client_of(planner).get(danger_of(kept.store_id)).text
    assert "is out of date" in said
    assert queries.live(planner, kept.store_id).moved_on


def test_who_sees_it(
    client_of: ClientOf, places: Places, storekeeper: User, officer: User, stranger: User, administrator: User
) -> None:
    store = Store.objects.filter(site=places.site_id, closed=False).first()
    assert store is not None
    names = ("store-danger", "store-map", "store-pairs", "store-what-if")
    for path in (reverse(f"assessment:{name}", args=[store.pk]) for name in names):
        for seeing in (storekeeper, officer):
            assert client_of(seeing).get(path).status_code == 200, path
        assert client_of(stranger).get(path).status_code == 404
        assert client_of(administrator).get(path).status_code == 403
        assert Client().get(path).status_code == 302
    with pytest.raises(ObjectDoesNotExist):
        queries.live(stranger, store.pk)
    with pytest.raises(PermissionDenied):
        queries.live(administrator, store.pk)


def test_of_a_neighbour_out_of_scope_only_numbers_are_told(client_of: ClientOf) -> None:
    kept = next(one for one in worst() if Store.objects.filter(site=one.store.site_id, closed=False).count() > 1)
    others = Store.objects.filter(site=kept.store.site_id).exclude(pk=kept.store_id).values_list("pk", flat=True)
    alone = add_user(
        username="alone", password="alone", role="storekeeper", store_id=kept.store_id, check_password=False
    )
    client = client_of(alone)
    for name in ("store-danger", "store-map", "store-pairs", "store-what-if"):
        said = client.get(reverse(f"assessment:{name}", args=[kept.store_id])).text
        assert not [other for other in others if other in said], name
    taken = client.get(reverse("assessment:store-pairs", args=[kept.store_id]) + "?export=csv")
    assert not [other for other in others if other in taken.getvalue().decode()]
    figures = queries.live(alone, kept.store_id).figures
    everybody = add_user(username="all", password="all", role="auditor", check_password=False)
    whole = queries.live(everybody, kept.store_id).figures
    assert figures.per_year == whole.per_year, "what they do to it counts all the same"
    assert figures.too_near == whole.too_near
    assert figures.pairs.filter(~pl.col("is_store"))["exposed_id"].is_null().all(), "exposed sites are not theirs"
    assert whole.pairs["exposed_id"].null_count() == 0
    assert figures.beside == []
    assert figures.beside_unseen == len({one.store_id for one in whole.beside})


def test_the_map_has_rings_lines_and_points(planner: User, client_of: ClientOf) -> None:
    kept = worst()[0]
    drawn = client_of(planner).get(reverse("assessment:store-map", args=[kept.store_id])).json()
    assert kept.store_id in [site["id"] for site in drawn["sites"]]
    figures = queries.live(planner, kept.store_id).figures
    assert [ring["radius_m"] for ring in drawn["rings"]] == [
        ring.asked.required_m for ring in figures.rings if ring.asked.required_m
    ]
    lines = [line for one in drawn["contours"]["features"] for line in one["geometry"]["coordinates"]]
    assert lines
    assert all(line[0] == line[-1] for line in lines)
    assert all(one["properties"]["label"] for one in drawn["contours"]["features"])
    assert {point["kind"] for point in drawn["points"]} <= {"inside", "outside"}


def test_in_part_it_is_a_part(planner: User, client_of: ClientOf) -> None:
    kept = worst()[0]
    whole = client_of(planner).get(danger_of(kept.store_id))
    in_part = client_of(planner).get(danger_of(kept.store_id), headers={"HX-Request": "true"})
    assert "<html" in whole.text
    assert "<html" not in in_part.text
    assert "style=" not in whole.text
    assert danger_of(kept.store_id) in client_of(planner).get(reverse("desk:store", args=[kept.store_id])).text


def test_a_store_in_the_sea_endangers_nobody(planner: User, client_of: ClientOf) -> None:
    store = Store.objects.filter(closed=False).first()
    assert store is not None
    Store.objects.filter(pk=store.pk).update(latitude_deg=36.0, longitude_deg=-140.0)
    live = queries.live(planner, store.pk)
    assert live.figures.per_year.value == 0.0
    assert live.figures.pairs.is_empty()
    assert client_of(planner).get(danger_of(store.pk)).status_code == 200
    assert client_of(planner).get(reverse("assessment:store-map", args=[store.pk])).json()["points"] == []


def test_what_lies_near_is_the_same_at_the_edge_of_the_map() -> None:
    store = Store.objects.filter(closed=False).first()
    assert store is not None
    Store.objects.filter(pk=store.pk).update(latitude_deg=0.0, longitude_deg=179.999)
    assert part.around([(0.0, -179.999)]).table("stores")["store_id"].to_list() == [store.pk]
    assert now([(89.9999, 0.0)]).stores.is_empty()
