// Gives the pages beneath this address what they have put aside for the time without a network; everything else goes
// its way. Pages of /counts/ put it aside as rasr-counts, those of /security/ as rasr-security.
"use strict";

const KEPT = `rasr-${self.location.pathname.split("/").at(-2)}`;

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
