"""How outlines are cut from the world's."""

from __future__ import annotations

import json

import pytest
from tools.outlines import BOX_DEG, area, clip, decode_arcs, feature, join, simplify

from rasr.report.maps import OUTLINES

SQUARE = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]


def test_arcs_are_decoded_from_steps() -> None:
    topology = {"transform": {"scale": [0.5, 2.0], "translate": [-180, -90]}, "arcs": [[[2, 1], [2, -1]]]}
    assert decode_arcs(topology) == [[(-179.0, -88.0), (-178.0, -90.0)]]


def test_a_negative_index_runs_backwards() -> None:
    arcs = [[(0.0, 0.0), (1.0, 0.0)], [(0.0, 0.0), (1.0, 1.0), (1.0, 0.0)]]
    assert join([0, ~1], arcs) == [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)]


def test_points_near_the_line_are_dropped() -> None:
    assert simplify([(0.0, 0.0), (1.0, 0.01), (2.0, 0.0), (3.0, 1.0)], 0.02) == [(0.0, 0.0), (2.0, 0.0), (3.0, 1.0)]


def test_what_lies_outside_the_box_is_cut_off() -> None:
    assert abs(area(clip(SQUARE, (2.0, 1.0, 9.0, 9.0)))) == pytest.approx(6.0)
    assert clip(SQUARE, (5.0, 5.0, 9.0, 9.0)) == []


def test_outer_rings_run_anticlockwise() -> None:
    ring = feature([SQUARE[::-1]])["geometry"]["coordinates"][0]
    assert area([(x, y) for x, y in ring]) > 0
    assert ring[0] == ring[-1]


def test_the_kept_outlines_are_small_nameless_and_within_the_box() -> None:
    document = json.loads(OUTLINES.read_text(encoding="utf-8"))
    assert OUTLINES.stat().st_size < 150_000
    assert {json.dumps(shape["properties"]) for shape in document["features"]} == {"{}"}
    points = [point for shape in document["features"] for ring in shape["geometry"]["coordinates"] for point in ring]
    west, south, east, north = BOX_DEG
    assert all(west <= x <= east and south <= y <= north for x, y in points)
