// The page that asks a questionnaire: puts state, draft, sender and view together.
(function () {
  "use strict";
  const runner = window.xqRunner;
  const root = document.getElementById("runner");
  const setup = JSON.parse(document.getElementById("runner-setup").textContent);
  const words = setup.words;
  const part = (name) => root.querySelector("[data-" + name + "]");
  const show = (name, visible) => { part(name).hidden = !visible; };
  const draft = runner.draft(setup.draft);
  const SECTIONS = ["intro", "page", "review", "done", "over"];
  const SHARED = "xq-shared-computer";
  const REVIEW_AT = () => screens.length;
  const LEAVE_AFTER = 45; // seconds on the last page of a shared computer

  let definition = null;
  let state = runner.empty();
  let screens = [];
  let place = -1; // -1 intro, 0… screens, screens.length review
  let since = 0; // when the reader could begin with the next item (performance.now)
  let locked = false;
  let voice = null;
  let sender = null;

  // --- clocks: time between two answers, without the time the page was hidden -------------------------------------
  const mark = () => { since = window.performance.now(); };
  let hiddenAt = 0;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { hiddenAt = window.performance.now(); } else if (hiddenAt) { since += window.performance.now() - hiddenAt; hiddenAt = 0; }
  });
  function clock(id) {
    state.clocks[id] = Math.max(1, Math.round((state.clocks[id] || 0) + window.performance.now() - since));
    mark();
  }

  // --- saving -----------------------------------------------------------------------------------------------------
  function body() {
    state.seq += 1;
    const said = { seq: state.seq, answers: state.answers, clocks: runner.inOrder(definition, state.clocks) };
    if (state.submit) { said.submit = state.submit; }
    draft.write(state);
    return { said: JSON.parse(JSON.stringify(said)), turn: state.turn };
  }
  function changed() {
    draft.write(state);
    say(""); // nothing may look saved that is not
    progress();
    sender.change();
  }
  function say(text, tone) {
    part("saved").textContent = text;
    part("saved").dataset.tone = tone || "";
  }
  function banner(text) {
    if (part("banner").textContent !== text) { part("banner").textContent = text; }
    show("banner", Boolean(text));
  }
  const tellers = {
    saving: () => { if (part("banner").hidden) { say(words.saving); } },
    saved: (answer) => {
      banner("");
      if (answer.seq > answer.sent.seq) { takeNewer(); return; }
      runner.acknowledge(state, answer.turn);
      if (!answer.more) { say(words.saved, "good"); }
      care(answer);
      if (answer.submitted) { finished(answer.done); }
    },
    offline: () => { say(""); banner(state.submit ? words.sending_later : draft.usable ? words.kept : words.held); },
    busy: () => { say(""); banner(words.busy); },
    refused: (answer) => {
      if (answer.code === "newer") { takeNewer(); return; }
      if (answer.code === "submitted") { draft.wipe(); window.location.replace(setup.thanks); return; }
      if (answer.status === 410) { draft.wipe(); }
      ended(answer.code === "expired" ? words.expired : answer.words || words.gone);
    },
  };

  // Another device went on with this sheet: its state and ours meet when the page loads again.
  function takeNewer() {
    sender.stop();
    locked = true;
    banner(words.newer);
    draft.write(state).then(() => window.setTimeout(() => window.location.reload(), 1200));
  }
  function ended(text) {
    locked = true;
    sender.stop();
    banner("");
    part("over-words").textContent = text;
    sections("over");
  }

  // --- a safety answer: people and numbers, at once and calmly -----------------------------------------------------
  function care(answer) {
    if (!answer.care || answer.cares <= state.cares) { return; }
    state.cares = answer.cares;
    draft.write(state);
    const card = document.getElementById("xq-care");
    if (!card.open) { card.showModal(); }
  }

  // --- pages ------------------------------------------------------------------------------------------------------
  function sections(name) {
    SECTIONS.forEach((each) => show(each, each === name));
    show("strip", name === "page" || name === "review");
    show("steps", name === "page" || name === "review");
    if (voice) { voice.hush(); }
  }
  const asked = () => runner.asked(definition, state.answers);
  function progress() {
    const items = asked();
    const answered = items.filter((item) => state.answers[item.id]).length;
    part("progress").textContent = runner.fill(words.progress, { n: answered, m: items.length });
    part("bar").setAttribute("aria-valuemax", String(items.length));
    part("bar").setAttribute("aria-valuenow", String(answered));
    part("fill").setAttribute("width", String(items.length ? (100 * answered) / items.length : 0));
  }
  const open = () => asked().filter((item) => !state.answers[item.id]);
  const shownOn = (screen, items) => items.filter((item) => screens[screen].includes(item.id));

  // The next screen in a direction that asks anything; branches may leave some empty.
  function turn(from, step) {
    const items = asked();
    let to = from + step;
    while (to >= 0 && to < screens.length && !shownOn(to, items).length) { to += step; }
    return to;
  }
  function go(to, focusItem) {
    place = Math.max(-1, Math.min(to, REVIEW_AT()));
    if (place < 0) { intro(); return; }
    if (place === REVIEW_AT()) { review(); return; }
    page(focusItem);
  }
  function page(focusItem) {
    const items = asked();
    const numbers = new Map(items.map((item, index) => [item.id, index + 1]));
    part("items").replaceChildren(...shownOn(place, items).map((item) => runner.item({
      item, number: numbers.get(item.id), chosen: state.answers[item.id], words, voice, answer, clear,
    })));
    part("page-title").textContent = runner.fill(words.page, { n: place + 1, m: screens.length });
    part("previous").textContent = words.previous;
    part("next").textContent = turn(place, 1) === REVIEW_AT() ? words.last : words.next;
    sections("page");
    progress();
    mark();
    window.scrollTo(0, 0);
    const wanted = focusItem && part("items").querySelector('[data-item="' + focusItem + '"] input');
    (wanted || part("page-title")).focus({ preventScroll: !wanted });
  }
  function review() {
    const left = open();
    part("review-words").textContent = left.length ? runner.fill(words.some_open, { n: left.length }) : words.all_answered;
    const numbers = new Map(asked().map((item, index) => [item.id, index + 1]));
    part("open").replaceChildren(...left.map((item) => {
      const line = runner.make("li");
      const button = runner.make("button", "btn", runner.fill(words.jump, { n: numbers.get(item.id) }));
      button.type = "button";
      button.addEventListener("click", () => go(screens.findIndex((screen) => screen.includes(item.id)), item.id));
      line.append(button);
      return line;
    }));
    part("previous").textContent = words.previous;
    part("next").textContent = state.submit ? words.sending : words.submit;
    part("next").disabled = part("previous").disabled = Boolean(state.submit);
    sections("review");
    progress();
    window.scrollTo(0, 0);
    part("review-title").focus({ preventScroll: true });
  }
  function intro() {
    const minutes = part("minutes");
    minutes.textContent = runner.fill(minutes.dataset.words, { n: definition.items.length, m: definition.minutes });
    part("begin").textContent = Object.keys(state.answers).length ? words.go_on : words.begin;
    sections("intro");
  }

  function answer(id, code) {
    if (locked || state.submit || state.answers[id] === code) { return; }
    clock(id);
    const before = asked().map((item) => item.id).join();
    runner.change(state, id, code);
    changed();
    if (asked().map((item) => item.id).join() !== before) { branch(id); }
  }
  function clear(id) {
    if (locked || state.submit) { return; }
    runner.change(state, id, null);
    changed();
  }
  // An answer opened or closed other questions: draw the screen again and leave the reader where they are.
  function branch(id) { page(id); }

  function submit() {
    if (locked || state.submit) { return; }
    state.submit = runner.newId();
    draft.write(state);
    review();
    if (!window.navigator.onLine) { banner(words.sending_later); }
    sender.now();
  }
  function finished(done) {
    locked = true;
    sender.stop();
    draft.wipe();
    if (!done || !part("shared").checked) { window.location.replace(setup.thanks); return; }
    sections("done");
    show("steps", false);
    document.getElementById("runner-done-title").focus();
    let left = LEAVE_AFTER;
    const tick = () => {
      part("leaving").textContent = runner.fill(words.leaving, { n: left });
      if (left <= 0) { document.getElementById("runner-leave").submit(); return; }
      left -= 1;
      window.setTimeout(tick, 1000);
    };
    tick();
  }

  // --- begin ------------------------------------------------------------------------------------------------------
  function shared() {
    let kept = null;
    try { kept = window.localStorage.getItem(SHARED); } catch (error) { kept = null; }
    const box = part("shared");
    // A machine with a mouse is taken for a school's until somebody says otherwise.
    box.checked = kept === null ? window.matchMedia("(pointer: fine)").matches : kept === "1";
    box.addEventListener("change", () => {
      try { window.localStorage.setItem(SHARED, box.checked ? "1" : "0"); } catch (error) { /* for this page only */ }
    });
  }
  function firstOpen() {
    const left = open();
    const at = left.length ? screens.findIndex((screen) => screen.includes(left[0].id)) : REVIEW_AT();
    return left.length === asked().length ? turn(-1, 1) : at;
  }
  function listen() {
    part("begin").addEventListener("click", () => go(firstOpen()));
    part("previous").addEventListener("click", () => go(turn(place, -1)));
    part("next").addEventListener("click", forward);
    document.querySelector("[data-stop]").addEventListener("submit", () => { sender.stop(); draft.wipe(); });
    runner.keys({ items: part("items"), forward });
    window.addEventListener("beforeunload", (event) => {
      if (!locked && !draft.usable && !sender.idle()) { event.preventDefault(); }
    });
    show("keys", window.matchMedia("(pointer: fine)").matches);
  }
  function forward() {
    if (place === REVIEW_AT()) { submit(); } else { go(turn(place, 1)); }
  }

  async function load() {
    runner.forgetOld();
    const [kept, response] = await Promise.all([draft.read(), window.fetch(setup.definition, { credentials: "same-origin" })]);
    if (!response.ok) { throw new Error(String(response.status)); }
    definition = await response.json();
    state = runner.merge(setup.saved, kept);
    screens = runner.screens(definition);
    voice = runner.voice(definition.lang, () => { if (!part("page").hidden) { page(); } });
    sender = runner.sender({ token: setup.token, body, tell: (kind, heard) => tellers[kind](heard) });
    part("instructions").textContent = part("reminder").textContent = definition.instructions;
    part("notice").textContent = definition.notice || "";
    show("notice", definition.wording !== "validated" && Boolean(definition.notice));
    shared();
    listen();
    start(kept);
  }
  function start(kept) {
    if (setup.saved) { care({ care: setup.saved.cares > 0, cares: setup.saved.cares }); }
    if (state.submit) { place = REVIEW_AT(); review(); sender.now(); return; }
    intro();
    const unsent = kept && !(setup.saved && runner.sameAnswers(setup.saved.answers, state.answers));
    if (unsent) { sender.change(); }
    if (Object.keys(state.answers).length) { say(words.restored); }
  }

  load().catch(() => {
    part("over-words").textContent = words.unreadable;
    sections("over");
  });
})();
