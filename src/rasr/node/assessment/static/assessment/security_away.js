// A visit without a network. What lies on this device is sealed (AES-GCM) with a key that is made of a code word and of
// a random half that stays in this browser; the key is in memory alone, and goes when nobody touched the page for a while.
// Who takes the half off the device still has to guess the code word: it is the code word that protects.
// What leaves is sealed with the key of this phone, which opens with the code word too. All texts come from the page.
"use strict";

(function () {
  const root = document.querySelector("[data-visit-away]");
  if (!root) return;
  const texts = root.dataset;
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const own = texts.phone;
  const unsent = `rasr-unsaved:visit:${own}`;
  const ROUNDS = 600000, SIDE = 1600, WAIT_MS = 15000, TRIES = 8, QUIET_MS = 5 * 60000, LEAST_SIGNS = 12, LEAST_OTHERS = 6;
  const mostBytes = Number(texts.mostMb) * 1e6;
  let rest = null; // opens what lies here
  let phone = null; // seals what leaves
  let sheet = null;
  let state = { answers: {}, upload: "" };
  let saved = Promise.resolve(); // one after another, so that what is older never lands on top
  let touched = 0;
  let sending = false;
  const there = new Map();

  // What is kept: half (a key that cannot be read), sheet, state and pictures, all sealed.

  const opened = new Promise((done, failed) => {
    const asked = indexedDB.open("rasr-security", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("kept");
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });

  async function inStore(mode, act) {
    const base = await opened;
    return new Promise((done, failed) => {
      const run = base.transaction("kept", mode);
      const asked = act(run.objectStore("kept"));
      run.oncomplete = () => done(asked.result);
      run.onerror = run.onabort = () => failed(run.error);
    });
  }

  const read = (name) => inStore("readonly", (kept) => kept.get(`${own}:${name}`));
  const put = (name, value) => inStore("readwrite", (kept) => kept.put(value, `${own}:${name}`));
  const drop = (name) => inStore("readwrite", (kept) => kept.delete(`${own}:${name}`));
  const mine = () => IDBKeyRange.bound(`${own}:`, `${own}:\uffff`);

  async function forget(why) {
    await inStore("readwrite", (kept) => kept.delete(mine()));
    await (await caches.open("rasr-security")).delete(location.pathname, { ignoreVary: true });
    localStorage.removeItem(unsent);
    [rest, phone, sheet] = [null, null, null];
    part("inside").hidden = part("door").hidden = true;
    part("questions").replaceChildren();
    part("ready").textContent = why;
  }

  // Keys.

  const coded = new TextEncoder();
  const bytes = (hex) => new Uint8Array(hex.match(/../g).map((two) => parseInt(two, 16)));
  const aes = (raw) => crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  const newHalf = () => crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);

  async function restOf(half, word) {
    const typed = await crypto.subtle.importKey("raw", coded.encode(word.normalize("NFKC")), "PBKDF2", false, ["deriveBits"]);
    const way = { name: "PBKDF2", hash: "SHA-256", salt: coded.encode(own), iterations: ROUNDS };
    return aes(await crypto.subtle.sign("HMAC", half, await crypto.subtle.deriveBits(way, typed, 256)));
  }

  async function sealed(key, content, about) {
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const way = { name: "AES-GCM", iv: nonce, additionalData: coded.encode(about) };
    return new Blob([nonce, await crypto.subtle.encrypt(way, key, content)]).arrayBuffer();
  }

  function unsealed(key, content, about) {
    const way = { name: "AES-GCM", iv: content.slice(0, 12), additionalData: coded.encode(about) };
    return crypto.subtle.decrypt(way, key, content.slice(12));
  }

  const putSealed = async (name, value) =>
    put(name, await sealed(rest, coded.encode(JSON.stringify(value)), `${own}:${name}`));

  const save = () => (saved = saved.catch(() => undefined).then(() => putSealed("state", state)));

  async function readSealed(name) {
    const found = await read(name);
    return found && JSON.parse(new TextDecoder().decode(await unsealed(rest, found, `${own}:${name}`)));
  }

  // The node: the visit with the key, while there is a network.

  class Said extends Error {}

  async function told(answer) {
    if (answer.redirected || !(answer.headers.get("Content-Type") || "").includes("json")) {
      part("sign-in").hidden = !answer.redirected;
      throw new Said(answer.redirected ? texts.signedOut : texts.failed);
    }
    const given = await answer.json();
    const waits = Boolean(localStorage.getItem(unsent));
    if (given.state === "security_phone_revoked" || (given.state === "security_visit_closed" && !waits)) await forget(given.faults[0]);
    if (!answer.ok) throw Object.assign(new Said((given.faults || [texts.failed])[0]), { faults: given.faults });
    return given;
  }

  const fetched = async () => told(await fetch(texts.sheet, { cache: "no-store", headers: { Accept: "application/json" } }));

  async function send(address, content, token) {
    for (let tried = 0; ; tried += 1) {
      const form = new FormData();
      form.append("csrfmiddlewaretoken", token);
      form.append("content", new Blob([content]), "content");
      const answer = await fetch(address, { method: "POST", body: form });
      if (answer.status !== 429 || tried === TRIES) return told(answer);
      await new Promise((done) => setTimeout(done, WAIT_MS));
    }
  }

  // The page itself: put aside with all it needs; nothing of the visit stands in it.

  async function putAside() {
    if (!window.isSecureContext || !navigator.serviceWorker || !window.caches) {
      part("ready").textContent = texts.unsafe;
      return;
    }
    await navigator.serviceWorker.register(texts.worker);
    const files = performance.getEntriesByType("resource").map((one) => one.name);
    const needed = [location.href.split("#")[0], ...files].filter((one) => new URL(one).origin === location.origin);
    const kept = await caches.open("rasr-security");
    const missing = [];
    for (const one of new Set(needed)) {
      const path = new URL(one).pathname;
      const ours = path === location.pathname || path.startsWith("/static/");
      if (ours && !(await kept.match(one, { ignoreVary: true }))) missing.push(one);
    }
    await kept.addAll(missing);
    await navigator.serviceWorker.ready;
    part("ready").textContent = texts.ready;
    part("ready").dataset.ready = "yes";
  }

  // The questions.

  function element(name, given, ...inside) {
    const made = Object.assign(document.createElement(name), given);
    made.append(...inside);
    return made;
  }

  const place = document.getElementById("away-place");
  const notKept = () => (part("ready").textContent = texts.notKept); // the page stays open then
  const keyOf = (question) => `${place.value}|${question}`;
  const today = () => {
    const now = new Date();
    return new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
  };

  function standing(question) {
    const [answer, note, seen] = there.get(keyOf(question)) || ["", "", ""];
    return state.answers[keyOf(question)] || { answer, note, seen, photographs: [] };
  }

  async function change(question, changed) {
    const now = { ...standing(question), ...changed, store: place.value, question, on: today() };
    state.answers[keyOf(question)] = now;
    state.upload = "";
    localStorage.setItem(unsent, "yes");
    progress();
    await save().catch(notKept);
  }

  function draw(question) {
    const label = `text-${question.id}`;
    const about = element("span", { className: "ends" }, `${question.id} · ${question.about}`);
    const words = element("p", { id: label, className: "asked-text" }, `${question.text} `, about);
    const group = element("div", { className: "asked-answers" });
    group.setAttribute("role", "group");
    group.setAttribute("aria-labelledby", label);
    const note = element("textarea", { className: "form-control", rows: 1, maxLength: 2000, placeholder: texts.note });
    Object.assign(note, { autocomplete: "off", spellcheck: false }); // else the browser keeps or sends what is written
    note.setAttribute("aria-label", `${texts.note}, ${question.id}`);
    const file = element("input", { className: "form-control picture-field", type: "file", accept: "image/*", id: `file-${question.id}` });
    file.setAttribute("capture", "environment"); // a photograph of the album lies on the device unsealed
    const taken = element("p", { className: "ends" });
    const named = element("label", { className: "form-label", htmlFor: file.id }, texts.photograph);
    const row = element("li", {}, words, group, note, element("div", { className: "control" }, named, file), taken);
    function show() {
      const now = standing(question.id);
      for (const button of group.children) {
        const chosen = button.value === now.answer;
        button.classList.toggle("btn-primary", chosen);
        button.setAttribute("aria-pressed", String(chosen));
      }
      row.classList.toggle("done", Boolean(now.answer));
      taken.textContent = now.photographs.length ? texts.pictures.replace("{number}", now.photographs.length) : "";
    }
    for (const [code, name] of question.answers) {
      const button = element("button", { className: "btn", type: "button", value: code }, name);
      button.addEventListener("click", () => change(question.id, { answer: code, note: note.value }).then(show));
      group.append(button);
    }
    note.value = standing(question.id).note;
    note.addEventListener("change", () => change(question.id, { note: note.value }));
    file.addEventListener("change", async () => {
      try {
        const key = await picture(file.files[0]);
        await change(question.id, { photographs: [...standing(question.id).photographs, key] });
        show();
      } catch (fault) {
        taken.textContent = fault instanceof Said ? fault.message : texts.noPicture;
      }
      file.value = "";
    });
    show();
    return row;
  }

  function drawAll() {
    const made = [];
    let list = null;
    let heading = "";
    for (const question of sheet.questions) {
      if (question.heading !== heading) {
        heading = question.heading;
        list = element("ol", { className: "asked" });
        made.push(element("section", { className: "asked-part" }, element("h2", { className: "card-title" }, heading), list));
      }
      list.append(draw(question));
    }
    part("questions").replaceChildren(...made);
    progress();
  }

  function progress() {
    const answered = sheet.questions.filter((one) => standing(one.id).answer).length;
    part("progress").textContent = texts.answered
      .replace("{answered}", answered)
      .replace("{questions}", sheet.questions.length);
    part("waiting").textContent = texts.waiting.replace("{number}", Object.keys(state.answers).length);
  }

  // A photograph: drawn anew, so that nothing stays of what the camera wrote into it, and sealed.

  async function picture(file) {
    if (file.size > mostBytes) throw new Said(texts.pictureLarge);
    const image = await createImageBitmap(file);
    const share = Math.min(1, SIDE / Math.max(image.width, image.height));
    const canvas = element("canvas", { width: Math.round(image.width * share), height: Math.round(image.height * share) });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
    const key = crypto.randomUUID();
    await put(`picture:${key}`, await sealed(rest, await drawn.arrayBuffer(), `${own}:picture:${key}`));
    return key;
  }

  // Sending: photographs first, then the answers, under one number until they were taken: once more, they exist.

  async function sendAll() {
    const lines = [];
    const say = (...said) => part("send-said").replaceChildren(...said.map((one) => element("li", {}, one)));
    part("send").disabled = sending = true;
    part("sign-in").hidden = true;
    try {
      say(texts.sending);
      const now = await fetched();
      const given = Object.values(state.answers);
      if (!given.length) {
        await renew(now);
        return say(texts.nothing);
      }
      for (const key of given.flatMap((one) => one.photographs)) {
        const kept = await read(`picture:${key}`);
        if (!kept) continue;
        const plain = await unsealed(rest, kept, `${own}:picture:${key}`);
        await send(`${texts.photographs}${key}/`, await sealed(phone, plain, texts.associated), now.token);
        await drop(`picture:${key}`);
      }
      if (!state.upload) {
        state.upload = crypto.randomUUID();
        await save();
      }
      const answers = given.map((one) => [one.store, one.question, one.answer, one.note, one.on, one.seen, one.photographs]);
      const content = coded.encode(JSON.stringify({ upload_id: state.upload, answers }));
      const taken = await send(texts.upload, await sealed(phone, content, texts.associated), now.token);
      lines.push(texts.sent);
      if (taken.left) lines.push(texts.left.replace("{left}", taken.left));
      for (const [key, one] of Object.entries(state.answers)) if (given.includes(one)) delete state.answers[key];
      state.upload = ""; // what was changed in between waits for the next time
      await save();
      if (!Object.keys(state.answers).length) localStorage.removeItem(unsent);
      await renew(await fetched());
      say(...lines);
    } catch (fault) {
      say(...(fault.faults || [fault instanceof Said ? fault.message : texts.failed]));
    } finally {
      part("send").disabled = sending = false;
    }
  }

  // The door: a new code word where nothing is kept yet, else the one that was chosen.

  async function renew(now) {
    sheet = { ...now, token: "" };
    await putSealed("sheet", sheet);
    await enter();
  }

  async function enter() {
    phone = await aes(bytes(sheet.key));
    there.clear();
    for (const [store, question, answer, note, seen] of sheet.answers) there.set(`${store}|${question}`, [answer, note, seen]);
    const chosen = place.value;
    place.replaceChildren(...sheet.places.map((one) => element("option", { value: one }, one || texts.site)));
    if (sheet.places.includes(chosen)) place.value = chosen;
    part("site").textContent = sheet.site;
    part("door").hidden = true;
    part("inside").hidden = false;
    drawAll();
  }

  async function first(word) {
    if (word.length < LEAST_SIGNS || new Set(word).size < LEAST_OTHERS) throw new Said(texts.weakWord);
    const now = await fetched();
    const half = await newHalf();
    rest = await restOf(half, word);
    await put("half", half);
    await save();
    await renew(now);
  }

  async function again(half, word) {
    rest = await restOf(half, word);
    try {
      sheet = await readSealed("sheet");
    } catch {
      throw new Said(texts.wrongWord);
    }
    state = (await readSealed("state")) || state;
    await enter();
    if (navigator.onLine && !Object.keys(state.answers).length) fetched().then(renew).catch(() => undefined);
  }

  // Shut again once nobody touched it for a while: the keys are gone with the page, what was written stays.

  async function shutIfQuiet() {
    if (!rest || sending || Date.now() - touched < QUIET_MS) return;
    document.activeElement?.blur(); // a note that is being written is one that was written
    await saved;
    location.reload();
  }

  (async function () {
    const half = await read("half").catch(() => undefined);
    part("word-text").textContent = half ? texts.knownWord : texts.newWord;
    part("door").hidden = false;
    for (const each of ["pointerdown", "keydown", "input"]) document.addEventListener(each, () => (touched = Date.now()), true);
    document.addEventListener("visibilitychange", shutIfQuiet);
    setInterval(shutIfQuiet, 10000);
    part("door").addEventListener("submit", async (event) => {
      event.preventDefault();
      const word = document.getElementById("away-word");
      const known = await read("half").catch(() => undefined);
      try {
        await (known ? again(known, word.value) : first(word.value));
        word.value = "";
      } catch (fault) {
        part("door-said").textContent = fault instanceof Said ? fault.message : texts.offline;
      }
    });
    place.addEventListener("change", drawAll);
    part("send").addEventListener("click", sendAll);
    // one that was revoked forgets what it holds as soon as it hears of it, before anybody opens it
    if (half && navigator.onLine) await fetched().catch(() => undefined);
    if (half && !(await read("half"))) return;
    putAside().catch(() => {
      if (navigator.onLine) part("ready").textContent = texts.unsafe;
    });
  })();
})();
