"""Files for the pages: exactly those named, no reference to a map of sources, one clear line where one is missing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tools import assets, outlines

ROOT = Path(__file__).resolve().parents[2]
TRIANGLE = {
    "transform": {"scale": [1, 1], "translate": [0, 0]},
    "arcs": [[[14, 40], [10, 0], [0, 6], [-10, -6]]],
    "objects": {"countries": {"geometries": [{"type": "Polygon", "arcs": [[0]]}]}},
}


def modules(root: Path) -> Path:
    for name in assets.FILES:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(
            b"x=1\n//# sourceMappingURL=x.map\n" if name.endswith(".js") else b"a{}/*# sourceMappingURL=y.map */"
        )
    (root / assets.ATLAS).parent.mkdir(exist_ok=True)
    (root / assets.ATLAS).write_text(json.dumps(TRIANGLE))
    return root


def test_copies_what_is_named_without_maps(tmp_path: Path) -> None:
    static = tmp_path / "static"
    assets.copy(modules(tmp_path / "node_modules"), static)
    found = {str(path.relative_to(static / "vendor")) for path in static.rglob("*") if path.is_file()}
    assert found == set(assets.FILES.values())
    assert (static / "vendor/htmx.min.js").read_bytes() == b"x=1\n"
    assert (static / "vendor/tabler.min.css").read_bytes() == b"a{}\n"


def test_what_is_missing_is_named_and_nothing_is_changed(tmp_path: Path) -> None:
    given = modules(tmp_path / "node_modules")
    (given / "htmx.org/dist/htmx.min.js").unlink()
    with pytest.raises(SystemExit, match=r"htmx\.org/dist/htmx\.min\.js: run npm ci"):
        assets.copy(given, tmp_path / "static")
    assert not (tmp_path / "static").exists()


def test_outlines_are_drawn_from_a_plain_file(tmp_path: Path) -> None:
    assets.draw(modules(tmp_path / "node_modules"), tmp_path)
    drawn = json.loads((tmp_path / "web/outlines.geojson").read_text())
    ring = drawn["features"][0]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert outlines.area([(x, y) for x, y in ring]) > 0, "the outer ring runs anticlockwise"


def test_lock_file_has_digests_and_no_address() -> None:
    text = (ROOT / "package-lock.json").read_text()
    packages = {name: about for name, about in json.loads(text)["packages"].items() if name}
    assert '"resolved"' not in text
    assert all(re.match(r"sha512-", about["integrity"]) for about in packages.values())
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text()
