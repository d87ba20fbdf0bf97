// A map on which points are chosen: a click writes the coordinates into the first [data-point] without any, else into
// the last one used. What stands at data-url is drawn; all texts come from the page.
(() => {
  "use strict";
  const DECIMALS = 6;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const boxes = [...document.querySelectorAll("[data-point]")].map((box) => ({
    lat: box.querySelector("[data-lat]"), lon: box.querySelector("[data-lon]"), marker: null,
  }));
  let last = boxes[0];

  const put = (map, box) => {
    const [lat, lon] = [Number.parseFloat(box.lat.value), Number.parseFloat(box.lon.value)];
    box.marker?.remove();
    box.marker = null;
    if (!Number.isFinite(lat) || !Number.isFinite(lon)) return;
    box.marker = L.circleMarker([lat, lon], { radius: 7, weight: 2, color: colour("raised"), fillColor: colour("bad"), fillOpacity: 1 }).addTo(map);
  };

  const draw = async (element) => {
    let data;
    let shapes;
    try {
      const answer = await fetch(element.dataset.url);
      if (!answer.ok) throw new Error(String(answer.status));
      data = await answer.json();
      shapes = await (await fetch(element.dataset.outlines)).json();
    } catch {
      element.textContent = element.dataset.failed;
      element.classList.add("chart-empty");
      return;
    }
    const map = L.map(element, {
      preferCanvas: true, attributionControl: false, zoomControl: false, minZoom: 4, maxZoom: 17, zoomSnap: 0.25,
      scrollWheelZoom: false, zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    });
    L.control.zoom({ zoomInTitle: element.dataset.zoomIn, zoomOutTitle: element.dataset.zoomOut }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    map.on("focus", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
    const places = data.sites.filter((site) => site.lat !== null && site.lon !== null);
    const bounds = places.length ? L.latLngBounds(places.map((site) => [site.lat, site.lon])) : L.latLngBounds([[39.5, 13.3], [48.3, 29.7]]);
    map.fitBounds(bounds, { padding: [24, 24], maxZoom: 14, animate: false });
    const land = L.geoJSON(shapes, { interactive: false }).addTo(map);
    const sites = places.map((site) => L.circleMarker([site.lat, site.lon], { radius: 5 }).bindTooltip(site.name).addTo(map));
    const points = data.points.map((point) => L.circleMarker([point.lat, point.lon], { radius: 3 }).bindTooltip(`${point.name}: ${point.detail}`).addTo(map));
    const paint = () => {
      land.setStyle({ color: colour("border"), fillColor: colour("land"), weight: 1, fillOpacity: 1 });
      sites.forEach((circle) => circle.setStyle({ color: colour("spot-line"), weight: 1, fillColor: colour("accent"), fillOpacity: 0.9 }));
      points.forEach((circle) => circle.setStyle({ color: colour("raised"), weight: 0.5, fillColor: colour("quiet"), fillOpacity: 1 }));
      boxes.forEach((box) => put(map, box));
    };
    paint();
    new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
    new ResizeObserver(() => map.invalidateSize()).observe(element);
    map.on("click", ({ latlng }) => {
      const free = boxes.find((box) => !box.lat.value && !box.lon.value) || last;
      const there = latlng.wrap();
      free.lat.value = there.lat.toFixed(DECIMALS);
      free.lon.value = there.lng.toFixed(DECIMALS);
      last = free;
      put(map, free);
    });
    boxes.forEach((box) => [box.lat, box.lon].forEach((field) => field.addEventListener("change", () => { last = box; put(map, box); })));
  };

  document.querySelectorAll("[data-point-map]").forEach(draw);
})();
