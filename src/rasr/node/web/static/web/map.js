// Draws every [data-map] from the JSON at its data-url: sites as circles by danger, rings and points where there are any.
// JSON: {sites: [{id, name, lat, lon, danger, low, high, neq_kg, url}], texts, rings: [{lat, lon, radius_m, label}],
//        points: [{lat, lon, name, kind, detail}]}, kind: inside (of a ring) or outside. All but sites may be missing.
(() => {
  "use strict";
  const { figure, significant, table } = window.rasr;
  const STEPS = 5;
  const DECADES = 3;
  const SMALLEST_PX = 4;
  const LARGEST_PX = 20;
  const MOST_ROWS = 200;
  const shown = new Map();

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  // The same as the report: powers of ten below the largest.
  const part = (danger, largest) => (danger > 0 ? Math.max(0, 1 + Math.log10(danger / largest) / DECADES) : 0);
  const step = (danger, largest) => Math.min(Math.max(Math.floor(part(danger, largest) * STEPS), 0), STEPS - 1);
  const radius = (danger, largest) => SMALLEST_PX + (LARGEST_PX - SMALLEST_PX) * Math.min(part(danger, largest), 1) ** 1.5;

  const lines = (...rows) => {
    const box = document.createElement("div");
    rows.filter(Boolean).forEach((row, at) => {
      const line = document.createElement(at === 0 ? "strong" : "div");
      line.textContent = row;
      box.append(line);
    });
    return box;
  };
  const ends = (site) => (site.low === undefined || site.low === null ? "" : `${figure(site.low)} – ${figure(site.high)}`);

  const key = (element, largest, texts) => {
    if (!largest) return;
    const list = document.createElement("ul");
    list.className = "key";
    for (let at = 0; at < STEPS; at += 1) {
      const item = document.createElement("li");
      const spot = document.createElement("span");
      spot.className = `swatch step-${at}`;
      const least = largest * 10 ** (DECADES * (at / STEPS - 1));
      item.append(spot, (texts.or_more || "{value}").replace("{value}", significant(least, 1)));
      list.append(item);
    }
    const title = document.createElement("p");
    title.textContent = texts.danger || "";
    element.replaceChildren(title, list);
  };

  const paint = (held) => {
    const { land, circles, rings, points, largest } = held;
    land?.setStyle({ color: colour("border"), fillColor: colour("land"), weight: 1, fillOpacity: 1 });
    circles.forEach(([circle, site]) => circle.setStyle({
      color: colour("spot-line"), weight: 1, fillOpacity: 0.88,
      fillColor: site.danger === null || site.danger === undefined ? colour("quiet") : colour(`step-${step(site.danger, largest)}`),
    }));
    rings.forEach((ring) => ring.setStyle({ color: colour("accent"), weight: 1.5, dashArray: "5 4", fillOpacity: 0.03 }));
    points.forEach(([circle, point]) => circle.setStyle({
      color: colour("raised"), weight: point.kind === "outside" ? 0.5 : 1.5, fillOpacity: 1,
      fillColor: colour(point.kind === "inside" ? "bad" : "quiet"),
    }));
  };

  const draw = async (element, outlines) => {
    const figureBox = element.closest("figure");
    let texts = JSON.parse(element.dataset.texts || "{}");
    let data;
    let shapes;
    try {
      const answer = await fetch(element.dataset.url);
      if (!answer.ok) throw new Error(String(answer.status));
      data = await answer.json();
      shapes = await (await fetch(outlines)).json();
    } catch {
      element.textContent = texts.failed || "";
      element.classList.add("chart-empty");
      return;
    }
    texts = { ...texts, ...(data.texts || {}) };
    const sites = (data.sites || []).filter((site) => site.lat !== null && site.lon !== null);
    const largest = Math.max(0, ...sites.map((site) => site.danger || 0));
    const map = L.map(element, {
      preferCanvas: true, attributionControl: false, zoomControl: false, minZoom: 4, maxZoom: 15, zoomSnap: 0.25,
      scrollWheelZoom: false, maxBounds: [[30, -2], [56, 42]],
      zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    });
    L.control.zoom({ zoomInTitle: texts.zoom_in || "+", zoomOutTitle: texts.zoom_out || "−" }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    // a page is scrolled past a map; once somebody has clicked into it, the wheel is the map's
    map.on("focus", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
    const places = [...sites, ...(data.points || [])].map((place) => [place.lat, place.lon]);
    const bounds = places.length ? L.latLngBounds(places) : L.latLngBounds([[39.5, 13.3], [48.3, 29.7]]);
    (data.rings || []).forEach((ring) => bounds.extend(L.latLng(ring.lat, ring.lon).toBounds(2 * ring.radius_m)));
    map.fitBounds(bounds, { padding: [24, 24], maxZoom: data.rings || data.points ? 15 : 9, animate: false });
    const held = { circles: [], rings: [], points: [], largest };
    held.land = L.geoJSON(shapes, { interactive: false }).addTo(map);
    (data.rings || []).forEach((ring) => {
      const circle = L.circle([ring.lat, ring.lon], { radius: ring.radius_m }).addTo(map);
      circle.bindTooltip(lines(ring.label), { sticky: true });
      held.rings.push(circle);
    });
    // the most dangerous lie on top
    [...sites].sort((one, two) => (one.danger || 0) - (two.danger || 0)).forEach((site) => {
      const circle = L.circleMarker([site.lat, site.lon], { radius: radius(site.danger || 0, largest) }).addTo(map);
      const interval = ends(site);
      circle.bindTooltip(lines(
        site.name,
        site.danger === null || site.danger === undefined ? "" : `${texts.danger}: ${figure(site.danger)}${interval ? ` (${interval})` : ""}`,
        site.neq_kg === null || site.neq_kg === undefined ? "" : `${texts.neq}: ${figure(site.neq_kg / 1000, 3)}`,
      ));
      circle.on("click", () => { location.href = site.url; });
      held.circles.push([circle, site]);
    });
    // the first named lie on top
    [...(data.points || [])].reverse().forEach((point) => {
      const circle = L.circleMarker([point.lat, point.lon], { radius: point.kind === "outside" ? 3 : 5 }).addTo(map);
      circle.bindTooltip(lines(point.name, point.detail));
      held.points.push([circle, point]);
    });
    element.setAttribute("role", "region");
    element.setAttribute("aria-label", element.dataset.title || texts.danger || "");
    paint(held);
    shown.set(element, { map, held });
    // a room's own script may draw more, or take a place that is clicked
    element.dispatchEvent(new CustomEvent("rasr:map", { bubbles: true, detail: { map, data } }));
    new ResizeObserver(() => map.invalidateSize()).observe(element);
    key(figureBox.querySelector("[data-map-key]"), largest, texts);
    beside(figureBox.querySelector("[data-map-table]"), sites, data.points || [], texts);
  };

  const beside = (element, sites, points, texts) => {
    const rows = [...sites].sort((one, two) => (two.danger || 0) - (one.danger || 0));
    const made = table(
      [texts.site, texts.danger, texts.interval, texts.neq],
      rows.map((site) => [site.name, site.danger, ends(site), site.neq_kg === null || site.neq_kg === undefined ? null : site.neq_kg / 1000]),
    );
    rows.forEach((site, at) => {
      const cell = made.tBodies[0].rows[at].cells[0];
      const link = document.createElement("a");
      link.href = site.url;
      link.textContent = site.name;
      cell.replaceChildren(link);
    });
    element.replaceChildren(made);
    if (points.length) {
      element.append(table([texts.place || texts.site, ""], points.slice(0, MOST_ROWS).map((point) => [point.name, point.detail || ""])));
    }
  };

  window.rasr.drawMaps = (within, outlines) => within.querySelectorAll("[data-map]").forEach((element) => {
    if (element.dataset.drawn !== undefined) return;
    element.dataset.drawn = "";
    draw(element, outlines);
  });
  new MutationObserver(() => shown.forEach(({ held }) => paint(held)))
    .observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
