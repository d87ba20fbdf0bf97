// Light or dark before the first paint. Runs in the head, so that no page flashes.
(() => {
  "use strict";
  const root = document.documentElement;
  const device = matchMedia("(prefers-color-scheme: dark)");
  const set = () => {
    const wanted = root.dataset.theme || "auto";
    const dark = wanted === "dark" || (wanted === "auto" && device.matches);
    root.setAttribute("data-bs-theme", dark ? "dark" : "light");
  };
  set();
  root.classList.add("scripted");
  device.addEventListener("change", set);
  // Paper is white: while a page is printed it is light, its charts too.
  addEventListener("beforeprint", () => root.setAttribute("data-bs-theme", "light"));
  addEventListener("afterprint", set);
})();
