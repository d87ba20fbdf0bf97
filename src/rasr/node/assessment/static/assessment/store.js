// Draws the contours of individual risk on a map of a store; a click on a map that asks for a place fills its form.
(() => {
  "use strict";
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const drawn = [];
  const look = (feature, features) => {
    const place = features.indexOf(feature);
    return { color: colour(`step-${Math.min(4, 2 + place)}`), weight: 2, opacity: 0.95, fill: false };
  };

  const contours = (map, found) => {
    if (!found || !found.features.length) return;
    const lines = L.geoJSON(found, { style: (feature) => look(feature, found.features) }).addTo(map);
    lines.eachLayer((line) => {
      const told = document.createElement("strong");
      told.textContent = line.feature.properties.label;
      line.bindTooltip(told, { sticky: true });
    });
    map.fitBounds(map.getBounds().extend(lines.getBounds()), { animate: false, maxZoom: map.getZoom() });
    drawn.push([lines, found]);
  };

  const places = (element, map) => {
    const form = document.querySelector("form[data-takes-place]");
    if (!form || !form.dataset.takesPlace || element.closest("[data-gives-place]") === null) return;
    const set = ({ lat, lng }) => {
      form.elements.latitude_deg.value = lat.toFixed(5);
      form.elements.longitude_deg.value = lng.toFixed(5);
      form.elements.site.value = "";
    };
    let mark = null;
    map.on("click", (event) => {
      set(event.latlng);
      mark = mark || L.circleMarker(event.latlng, { radius: 7, weight: 2, color: colour("accent"), fillOpacity: 0.2 }).addTo(map);
      mark.setLatLng(event.latlng);
    });
  };

  document.addEventListener("rasr:map", (event) => {
    const { map, data } = event.detail;
    contours(map, data.contours);
    places(event.target, map);
  });
  new MutationObserver(() => drawn.forEach(([lines, found]) => lines.setStyle((feature) => look(feature, found.features))))
    .observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
