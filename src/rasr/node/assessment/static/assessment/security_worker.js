// Gives the page of a visit what was put aside for the time without a network; everything else goes its way.
"use strict";

const KEPT = "rasr-security";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  event.respondWith(
    caches
      .open(KEPT)
      .then((kept) => kept.match(event.request, { ignoreVary: true }))
      .then((found) => found || fetch(event.request)),
  );
});
