// Counting without a network: the figures stay on this device until they leave it in a signed file. All texts come
// from the page.
"use strict";

(function () {
  const root = document.querySelector("[data-away]");
  if (!root) return;
  const sheet = JSON.parse(document.getElementById("away-sheet").textContent);
  const texts = root.dataset;
  const part = (name) => root.querySelector(`[data-away-${name}]`);
  const lines = new Map(sheet.lines.map((line) => [line.position, line]));
  const shown = new Map();
  const own = `${sheet.count_id}:${sheet.round}:${sheet.by}`;
  let state = { figures: {}, extras: [], made: 0 };

  // What is kept: a database of the browser, or this page alone where it has none.

  const opened = new Promise((done) => {
    if (!window.indexedDB) return done(null);
    const asked = indexedDB.open("rasr-counts", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("sheets");
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => done(null);
  });

  async function read() {
    const base = await opened;
    if (!base) return undefined;
    return new Promise((done) => {
      const asked = base.transaction("sheets").objectStore("sheets").get(own);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => done(undefined);
    });
  }

  async function put() {
    const base = await opened;
    if (base) base.transaction("sheets", "readwrite").objectStore("sheets").put(state, own);
  }

  // Signing out asks first, as long as something is in no file.
  async function keep() {
    progress();
    localStorage.setItem(`rasr-unsaved:${own}`, "yes");
    await put();
  }

  // The page itself: put aside with all it needs.

  async function putAside() {
    const said = part("ready");
    if (!window.isSecureContext || !navigator.serviceWorker || !window.caches) {
      said.textContent = texts.unsafe;
      return;
    }
    await navigator.serviceWorker.register(texts.worker);
    const files = performance.getEntriesByType("resource").map((one) => one.name);
    const needed = [location.href.split("#")[0], new URL(texts.decoder, location).href, ...files];
    const kept = await caches.open("rasr-counts");
    const wanted = [...new Set(needed)].filter((one) => one.startsWith(`${location.origin}/`));
    const missing = [];
    for (const one of wanted) if (!(await kept.match(one, { ignoreVary: true }))) missing.push(one);
    await kept.addAll(missing);
    await navigator.serviceWorker.ready;
    said.textContent = texts.ready;
    said.dataset.ready = "yes";
  }

  // The lines.

  function element(name, given, ...inside) {
    const made = Object.assign(document.createElement(name), given);
    made.append(...inside);
    return made;
  }

  // as the pages of the node write it: thousands apart by a narrow space
  const spaced = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");

  function draw(line) {
    const label = `line-${line.position}`;
    const facts = [line.item ? line.serial : line.lot || line.record, line.place && `${texts.place}: ${line.place}`];
    if (line.expected !== null) facts.push(`${texts.expected}: ${spaced(line.expected)}`);
    const words = element("p", { id: label }, `${line.position}. ${line.article || line.note}`);
    words.append(element("span", { className: "ends" }, facts.filter(Boolean).join(" · ")));
    let field;
    if (line.item) {
      field = element("select", { className: "form-select" });
      for (const [value, text] of [["", "–"], ["1", texts.there], ["0", texts.gone]]) {
        field.append(element("option", { value }, text));
      }
    } else {
      field = element("input", { className: "form-control", type: "number", min: "0", step: "1", inputMode: "numeric" });
    }
    field.setAttribute("aria-label", `${texts.found}, ${texts.line} ${line.position}`);
    const note = element("input", { className: "form-control note", placeholder: texts.note });
    note.setAttribute("aria-label", `${texts.note}, ${texts.line} ${line.position}`);
    const row = element("li", {}, words, field, note);
    const known = state.figures[line.position];
    if (known) [field.value, note.value] = [String(known.found ?? ""), known.note];
    row.classList.toggle("done", field.value !== "");
    function change() {
      const right = field.value !== "" && field.checkValidity() && Number.isSafeInteger(Number(field.value));
      if (right) {
        state.figures[line.position] = { found: Number(field.value), note: note.value, at: new Date().toISOString() };
      } else {
        delete state.figures[line.position];
      }
      row.classList.toggle("done", right);
      keep();
    }
    field.addEventListener("change", change);
    note.addEventListener("change", change);
    shown.set(line.position, { row, field, change });
    return row;
  }

  function drawExtras() {
    part("extras").replaceChildren(
      ...state.extras.map((one) => element("li", {}, `${one.found} × ${one.note || one.code}`)),
    );
  }

  function progress() {
    const counted = Object.keys(state.figures).length;
    part("progress").textContent = texts.counted.replace("{counted}", counted).replace("{lines}", lines.size);
  }

  // Scanning: a label, or a serial number as it is stamped.

  const said = part("said");
  const codeOf = (text) => (/(?:^|\/scan\/)(P[0-9]+|[BI][0-9A-Z]{26})\/?$/i.exec(text.trim()) || [])[1]?.toUpperCase();
  const ALIKE = Object.fromEntries(
    [["авсенкмортхуүіӏјѕһ", "abcehkmoptxyyiijsh"], ["αβεζηικμνορτυχ", "abezhikmnoptyx"], ["ıđłøoil", "idlo011"]]
      .flatMap(([from, to]) => [...from].map((sign, at) => [sign, to[at]])),
  );
  const bare = (text) =>
    [...text.normalize("NFKD").toLowerCase()]
      .filter((sign) => /[\p{L}\p{N}]/u.test(sign))
      .map((sign) => ALIKE[sign] || sign)
      .map((sign) => ALIKE[sign] || sign)
      .join("");

  function named(text) {
    const code = codeOf(text);
    const wanted = bare(text);
    return [...lines.values()].filter(
      (line) => (code && line.codes.includes(code)) || (line.item && wanted && bare(line.serial) === wanted),
    );
  }

  function tell(text, line) {
    said.textContent = text.replace("{line}", line ? line.position : "");
  }

  function scan(text) {
    const [line, other] = named(text);
    if (other && line.item) return tell(texts.shared);
    if (!line) {
      const code = codeOf(text);
      if (!code || code[0] !== "I") return tell(texts.unknown);
      if (!state.extras.some((one) => one.code === code)) state.extras.push({ found: 1, note: "", code });
      drawExtras();
      keep();
      return tell(texts.notHere);
    }
    const { row, field, change } = shown.get(line.position);
    row.scrollIntoView({ block: "center" });
    if (!line.item) {
      field.focus();
      return tell(texts.quantity, line);
    }
    if (field.value === "1") return tell(texts.again, line);
    field.value = "1";
    change();
    return tell(texts.marked, line);
  }

  part("scan").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = document.getElementById("away-code");
    if (field.value.trim()) scan(field.value);
    field.value = "";
  });

  part("extra").addEventListener("submit", (event) => {
    event.preventDefault();
    const what = document.getElementById("away-what");
    const number = document.getElementById("away-number");
    state.extras.push({ found: Number(number.value), note: what.value.trim(), code: "" });
    event.target.reset();
    drawExtras();
    keep();
  });

  // The camera: the browser's own reader of codes where it has one, else the one that came with the page.

  let film = null;

  async function reader() {
    if ("BarcodeDetector" in window) {
      const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
      return async (video) => (await detector.detect(video))[0]?.rawValue;
    }
    if (!window.jsQR) {
      await new Promise((done, failed) => {
        document.head.append(element("script", { src: texts.decoder, onload: done, onerror: failed }));
      });
    }
    const canvas = document.createElement("canvas");
    const paper = canvas.getContext("2d", { willReadFrequently: true });
    return async (video) => {
      [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
      if (!canvas.width) return undefined;
      paper.drawImage(video, 0, 0);
      const picture = paper.getImageData(0, 0, canvas.width, canvas.height);
      return window.jsQR(picture.data, picture.width, picture.height)?.data;
    };
  }

  function stop() {
    film.getTracks().forEach((track) => track.stop());
    film = null;
    part("video").hidden = true;
  }

  async function look() {
    const video = part("video");
    try {
      const look_at = await reader();
      film = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = film;
      video.hidden = false;
      await video.play();
      let last = "";
      while (film) {
        const text = await look_at(video);
        if (text && text !== last) scan(text);
        last = text || "";
        await new Promise((done) => setTimeout(done, 150));
      }
    } catch {
      if (film) stop();
      tell(texts.noCamera);
    }
  }

  part("camera").addEventListener("click", () => (film ? stop() : look()));

  // The signed file.

  const bytes = (hex) => new Uint8Array(hex.match(/../g).map((two) => parseInt(two, 16)));
  const hex = (buffer) => [...new Uint8Array(buffer)].map((one) => one.toString(16).padStart(2, "0")).join("");

  part("make").addEventListener("click", async () => {
    if (!window.crypto.subtle) {
      part("made").textContent = texts.unsafe;
      return;
    }
    const figures = Object.entries(state.figures);
    // Every file has a higher number than those before it, also where the clock was set back: the latest one counts.
    state.made = Math.max(Date.now(), (state.made || 0) + 1, sheet.made + 1);
    await put();
    const body = JSON.stringify({
      count_id: sheet.count_id,
      round: sheet.round,
      by: sheet.by,
      made: state.made,
      lines: figures.map(([position, one]) => [Number(position), one.found, one.note, one.at]),
      extras: state.extras.map((one) => [one.found, one.note, one.code]),
    });
    const key = await crypto.subtle.importKey("raw", bytes(sheet.key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const signature = hex(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(body)));
    const file = new Blob([JSON.stringify({ body, signature })], { type: "application/json" });
    const link = element("a", { href: URL.createObjectURL(file), download: `count-${sheet.count_id}-${sheet.round}.json` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    localStorage.removeItem(`rasr-unsaved:${own}`);
    const left = lines.size - figures.length;
    part("made").textContent = [texts.saved, left ? texts.left.replace("{left}", left) : ""].join(" ");
  });

  (async function () {
    state = (await read()) || state;
    part("lines").replaceChildren(...[...lines.values()].map(draw));
    drawExtras();
    progress();
    putAside().catch(() => {
      if (!part("ready").textContent && navigator.onLine) part("ready").textContent = texts.unsafe;
    });
  })();
})();
