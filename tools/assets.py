"""Copies what the node's pages are made with from node_modules into the package, and makes the outlines of its map.

    npm ci
    python -m tools.assets

Exactly the files named here are copied, with the licence of each. References to source maps are taken out: the maps
are not served, and a browser or the static files' manifest would look for them.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

from tools import outlines

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
STATIC = ROOT / "src/rasr/node/web/static"
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "jsqr/dist/jsQR.js": "jsqr.js",
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "leaflet/dist/leaflet.js": "leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet.css",
    "leaflet/dist/images/layers.png": "images/layers.png",
    "leaflet/dist/images/layers-2x.png": "images/layers-2x.png",
    "leaflet/dist/images/marker-icon.png": "images/marker-icon.png",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "fonts/inter-latin.woff2",
    "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2": "fonts/inter-latin-ext.woff2",
    "@fontsource-variable/inter/files/inter-cyrillic-wght-normal.woff2": "fonts/inter-cyrillic.woff2",
    "htmx.org/LICENSE": "licences/htmx.txt",
    "jsqr/LICENSE": "licences/jsqr.txt",
    "echarts/LICENSE": "licences/echarts.txt",
    "echarts/NOTICE": "licences/echarts-notice.txt",
    "zrender/LICENSE": "licences/zrender.txt",
    "tslib/LICENSE.txt": "licences/tslib.txt",
    "leaflet/LICENSE": "licences/leaflet.txt",
    "@popperjs/core/LICENSE.md": "licences/popper.txt",
    "@fontsource-variable/inter/LICENSE": "licences/inter.txt",
    "world-atlas/LICENSE": "licences/world-atlas.txt",
}
"""File in node_modules to file in static/vendor. Tabler's licence, MIT, is named at the head of its own files."""
SOURCE_MAP = re.compile(rb"\n?(//[#@] sourceMappingURL=[^\n]*|/\*[#@] sourceMappingURL=.*?\*/)\n?")
ATLAS = "world-atlas/countries-10m.json"
BOX_DEG = (-2.0, 30.0, 42.0, 56.0)
"""Wider than the region, so that a wide screen shows no cut edge."""
TOLERANCE_DEG = 0.006
MOST_KB = 400


def copy(modules: Path, static: Path) -> int:
    """Copies every named file; the number of bytes. Ends the program where one is missing."""
    missing = [name for name in (*FILES, ATLAS) if not (modules / name).is_file()]
    if missing:
        raise SystemExit(f"{modules} lacks {', '.join(missing)}: run npm ci")
    shutil.rmtree(static / "vendor", ignore_errors=True)
    total = 0
    for name, target in FILES.items():
        content = (modules / name).read_bytes()
        if target.endswith((".js", ".css")):
            content = SOURCE_MAP.sub(b"\n", content)
        path = static / "vendor" / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        total += len(content)
    return total


def draw(modules: Path, static: Path) -> int:
    """Makes the outlines of the map; the number of bytes. Ends the program where they grow too large for a page."""
    target = static / "web/outlines.geojson"
    target.parent.mkdir(parents=True, exist_ok=True)
    outlines.write(outlines.polygons(outlines.read_topology(modules / ATLAS), TOLERANCE_DEG, BOX_DEG), target)
    if target.stat().st_size > MOST_KB * 1000:
        raise SystemExit(f"{target} has {target.stat().st_size} bytes, more than {MOST_KB} kB")
    return target.stat().st_size


def versions(modules: Path) -> str:
    """Name and version of every package that is copied from."""
    names = sorted({found.group() for name in (*FILES, ATLAS) if (found := re.match(r"(@[^/]+/)?[^/]+", name))})
    return ", ".join(f"{name} {json.loads((modules / name / 'package.json').read_text())['version']}" for name in names)


def main() -> int:
    """Copies and draws."""
    print(f"{copy(MODULES, STATIC) / 1000:.0f} kB copied, {draw(MODULES, STATIC) / 1000:.0f} kB of outlines")
    print(versions(MODULES))
    return 0


if __name__ == "__main__":
    sys.exit(main())
