// Checking on the spot. What is typed goes to this phone at once and to the server when there is a network: each change
// has a key of its own, so that sending it twice does no harm. Words come from the page, none are made here.
(function () {
  "use strict";
  const root = document.getElementById("onsite");
  if (!root) { return; }
  const words = (name) => root.getAttribute("data-words-" + name) || "";
  const name = root.dataset.draft;
  const state = document.getElementById("onsite-state");
  const token = document.querySelector("#onsite-token input").value;
  const PAUSE = 700, FIRST_WAIT = 2000, LONGEST_WAIT = 30000;
  let box = null;
  try { box = window.localStorage; } catch (error) { /* a browser that keeps nothing: everything is sent at once */ }

  function newKey() {
    if (window.crypto.randomUUID) { return window.crypto.randomUUID(); }
    const bytes = window.crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // --- what this phone holds: {client, seq, waiting: {item: entry}} ------------------------------------------------
  function load() {
    try {
      const kept = JSON.parse((box && box.getItem(name)) || "null");
      if (kept && kept.client && kept.waiting) { return kept; }
    } catch (error) { /* broken: start anew */ }
    return { client: newKey(), seq: 0, waiting: {} };
  }
  const held = load();
  let onPhone = true, ended = false, sending = false, timer = 0, wait = FIRST_WAIT, photosWaiting = 0, tryAgain = 0;

  function keep() {
    try { box.setItem(name, JSON.stringify(held)); onPhone = true; } catch (error) { onPhone = false; }
  }
  const waiting = () => Object.values(held.waiting);

  function show(message) { if (state.textContent !== message) { state.textContent = message; } }
  function tell() {
    if (ended) { show(words("ended")); }
    else if (!waiting().length && !photosWaiting) { show(held.seq ? words("kept") : ""); }
    else if (!onPhone) { show(words("nospace")); }
    else { show(sending && window.navigator.onLine ? words("sending") : words("local")); }
  }

  // --- fields ------------------------------------------------------------------------------------------------------
  const sections = Array.from(root.querySelectorAll("[data-item]"));
  const sectionOf = (item) => sections.find((section) => section.dataset.item === item);
  const part = (section, which) => section.querySelector(`[data-part="${which}"]`);

  function read(section) {
    const value = (which) => { const field = part(section, which); return field ? field.value : ""; };
    const red = part(section, "red");
    return { item: section.dataset.item, score: value("score"), words: value("words"), mend: value("mend"), red: Boolean(red && red.checked) };
  }

  function write(section, entry) {
    for (const which of ["score", "words", "mend"]) {
      const field = part(section, which);
      if (field) { field.value = entry[which]; }
    }
    const red = part(section, "red");
    if (red) { red.checked = entry.red; }
  }

  function say(section, message) { section.querySelector("[data-state-words]").textContent = message; }

  function changed(section) {
    held.seq += 1;
    held.waiting[section.dataset.item] = { key: newKey(), seq: held.seq, ...read(section) };
    say(section, "");
    keep();
    tell();
    later(PAUSE);
  }

  // --- sending -----------------------------------------------------------------------------------------------------
  function later(milliseconds) {
    window.clearTimeout(timer);
    timer = window.setTimeout(send, milliseconds);
  }

  async function post(url, body, headers) {
    const answer = await window.fetch(url, {
      method: "POST", credentials: "same-origin", redirect: "manual", body, headers: { "X-CSRFToken": token, ...headers },
    });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) { return { again: true }; }
    if (answer.status >= 500) { throw new Error("server"); }
    const told = await answer.json();
    return { told, fine: answer.ok };
  }

  function arrived(entries, told) {
    for (const entry of entries) {
      const still = held.waiting[entry.item];
      if (!still || still.key !== entry.key) { continue; }
      const refused = told.refused[entry.key];
      if (refused) { say(sectionOf(entry.item), refused); delete held.waiting[entry.item]; }
      else if (told.kept.includes(entry.key)) { delete held.waiting[entry.item]; }
    }
    keep();
  }

  async function send() {
    if (sending || ended) { return; }
    const entries = waiting();
    if (!entries.length && !photosWaiting) { tell(); return; }
    if (!window.navigator.onLine && Date.now() < tryAgain) { tell(); later(LONGEST_WAIT); return; }
    sending = true;
    tell();
    try {
      if (entries.length) {
        const body = JSON.stringify({ client: held.client, entries });
        const answer = await post(root.dataset.send, body, { "Content-Type": "application/json" });
        if (answer.again) { sending = false; show(words("again")); later(LONGEST_WAIT); return; }
        if (answer.told.closed) { ended = true; }
        else if (answer.fine) { arrived(entries, answer.told); }
        else { throw new Error("refused"); }
      }
      if (!ended) { await sendPhotos(); }
      wait = FIRST_WAIT;
      sending = false;
      if (!ended && waiting().length) { later(PAUSE); }
    } catch (error) {
      sending = false;
      later(wait);
      wait = Math.min(LONGEST_WAIT, wait * 2);
    }
    tell();
  }

  // --- photos wait in the browser's own store ------------------------------------------------------------------------
  function store() {
    return new Promise((resolve, reject) => {
      const asked = window.indexedDB.open("xq-check", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("photos", { keyPath: "key" });
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }
  async function within(mode, work) {
    const open = await store();
    return new Promise((resolve, reject) => {
      const turn = open.transaction("photos", mode);
      const asked = work(turn.objectStore("photos"));
      turn.oncomplete = () => { open.close(); resolve(asked && asked.result); };
      turn.onerror = () => { open.close(); reject(turn.error); };
    });
  }
  const mine = async () => (await within("readonly", (photos) => photos.getAll())).filter((row) => row.draft === name);
  function photoWords(item, message) {
    const section = sectionOf(item);
    if (section) { section.querySelector("[data-photo-words]").textContent = message; }
  }

  async function sendPhotos() {
    if (!photosWaiting) { return; }
    for (const row of await mine()) {
      const body = new window.FormData();
      body.append("item", row.item);
      body.append("key", row.key);
      body.append("photo", row.blob, row.file);
      const answer = await post(root.dataset.photo, body, {});
      if (answer.again) { show(words("again")); return; }
      photoWords(row.item, answer.fine ? words("photo") : answer.told.error);
      await within("readwrite", (photos) => photos.delete(row.key));
      photosWaiting -= 1;
    }
  }

  async function photographed(section, file) {
    const row = { key: newKey(), draft: name, item: section.dataset.item, blob: file, file: file.name || "photo.jpg" };
    try { await within("readwrite", (photos) => photos.put(row)); }
    catch (error) { photoWords(row.item, words("photo-lost")); return; }
    photosWaiting += 1;
    photoWords(row.item, words("photo-waits"));
    later(0);
  }

  // --- begin -------------------------------------------------------------------------------------------------------
  for (const section of sections) {
    section.addEventListener("input", (event) => { if (event.target.dataset.part) { changed(section); } });
    const full = section.querySelector("[data-full]");
    if (full) {
      full.addEventListener("click", () => { part(section, "score").value = part(section, "score").dataset.most; changed(section); });
    }
    const camera = section.querySelector("[data-photo-input]");
    if (camera) {
      camera.addEventListener("change", () => { if (camera.files[0]) { photographed(section, camera.files[0]); } camera.value = ""; });
    }
  }
  for (const entry of waiting()) {
    const section = sectionOf(entry.item);
    if (section) { write(section, entry); } else { delete held.waiting[entry.item]; }
  }
  const finish = document.getElementById("onsite-finish");
  if (finish) {
    finish.addEventListener("submit", async (event) => {
      if (!waiting().length && !photosWaiting) { return; }
      event.preventDefault();
      await send();
      if (!waiting().length && !photosWaiting) { finish.submit(); } else { show(words("wait")); }
    });
  }
  window.addEventListener("online", () => { wait = FIRST_WAIT; later(0); });
  // A browser may be wrong about being offline: after a while it is tried all the same.
  window.addEventListener("offline", () => { tryAgain = Date.now() + LONGEST_WAIT; tell(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { later(0); } });
  (async () => {
    try { photosWaiting = (await mine()).length; } catch (error) { photosWaiting = 0; }
    tell();
    if (waiting().length || photosWaiting) { later(0); }
  })();
})();
