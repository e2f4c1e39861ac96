// Draws items, hears keys and reads aloud. Knows nothing of saving.
(function () {
  "use strict";
  const runner = (window.xqRunner = window.xqRunner || {});

  function make(tag, className, text) {
    const node = document.createElement(tag);
    if (className) { node.className = className; }
    if (text) { node.textContent = text; }
    return node;
  }

  // --- reading aloud: only where a voice of the page's language exists -------------------------------------------
  runner.voice = function (lang, ready) {
    const speech = window.speechSynthesis;
    if (!speech) { return { say: () => {}, hush: () => {}, exists: () => false }; }
    const wanted = lang === "en" ? /^en/i : /^(zh|cmn)/i;
    const find = () => speech.getVoices().find((voice) => wanted.test(voice.lang));
    speech.addEventListener("voiceschanged", () => { if (find()) { ready(); } });
    return {
      exists: () => Boolean(find()),
      hush: () => speech.cancel(),
      say: (text, done) => {
        speech.cancel();
        const words = new window.SpeechSynthesisUtterance(text);
        words.voice = find();
        words.lang = words.voice.lang;
        words.rate = 0.9;
        words.onend = done;
        words.onerror = done;
        speech.speak(words);
      },
    };
  };

  // --- one question: a radio group of big targets ----------------------------------------------------------------
  runner.item = function ({ item, number, chosen, words, voice, answer, clear }) {
    const box = make("div", "runner-item");
    const head = make("div", "runner-question");
    const label = make("p", "runner-text");
    label.id = "text-" + item.id;
    label.append(make("span", "runner-number", String(number)), document.createTextNode(item.text));
    head.append(label);
    if (item.aloud && voice.exists()) { head.append(aloudButton(item, words, voice)); }
    const group = make("div", "runner-options");
    group.setAttribute("role", "radiogroup");
    group.setAttribute("aria-labelledby", label.id);
    group.dataset.item = item.id;
    item.options.forEach((option, place) => {
      const line = make("label", "runner-option");
      const input = make("input");
      input.type = "radio";
      input.name = "item-" + item.id;
      input.value = option.code;
      input.checked = chosen === option.code;
      input.addEventListener("change", () => { answer(item.id, option.code); wipe.hidden = false; });
      const mark = make("span", "runner-digit", String(place + 1));
      mark.setAttribute("aria-hidden", "true");
      line.append(input, make("span", "runner-words", option.text), mark);
      group.append(line);
    });
    const wipe = make("button", "btn btn-ghost btn-sm runner-clear", words.clear);
    wipe.type = "button";
    wipe.hidden = !chosen;
    wipe.addEventListener("click", () => {
      group.querySelectorAll("input").forEach((input) => { input.checked = false; });
      wipe.hidden = true;
      clear(item.id);
      group.querySelector("input").focus();
    });
    box.append(head, group, wipe);
    return box;
  };

  function aloudButton(item, words, voice) {
    const button = make("button", "btn btn-sm runner-aloud", words.aloud);
    button.type = "button";
    const rest = () => { button.textContent = words.aloud; button.setAttribute("aria-pressed", "false"); };
    rest();
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-pressed") === "true") { voice.hush(); rest(); return; }
      document.querySelectorAll(".runner-aloud[aria-pressed=true]").forEach((other) => other.click());
      button.textContent = words.hush;
      button.setAttribute("aria-pressed", "true");
      const options = item.options.map((option) => option.text).join("。");
      voice.say(item.aloud + "。" + options, rest);
    });
    return button;
  }

  // --- keys: digits choose, Enter turns the page; arrows are the browser's own within a group --------------------
  runner.keys = function ({ items, forward }) {
    document.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing || document.querySelector("dialog[open]")) { return; }
      const groups = Array.from(items.querySelectorAll("[role=radiogroup]"));
      if (!groups.length || !items.offsetParent) { return; }
      const at = event.target;
      if (event.key === "Enter") {
        if (at.closest("button, a, summary")) { return; }
        event.preventDefault();
        forward();
        return;
      }
      const digit = "123456789".indexOf(event.key);
      if (digit < 0 || (at.matches("input, textarea, select") && at.type !== "radio")) { return; }
      const here = groups.indexOf(at.closest("[role=radiogroup]"));
      const free = groups.findIndex((group) => !group.querySelector("input:checked"));
      const place = here >= 0 ? here : Math.max(free, 0);
      const input = groups[place].querySelectorAll("input")[digit];
      if (!input) { return; }
      event.preventDefault();
      input.checked = true;
      input.dispatchEvent(new Event("change", { bubbles: true }));
      const next = groups[place + 1];
      (next ? next.querySelector("input:checked") || next.querySelector("input") : input).focus();
      if (next) { next.closest(".runner-item").scrollIntoView({ block: "nearest", behavior: runner.calm() ? "auto" : "smooth" }); }
    });
  };

  runner.calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  runner.make = make;
})();
