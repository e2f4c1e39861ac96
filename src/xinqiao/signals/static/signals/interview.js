// An interview is saved while it is written: two seconds after the last key, at once when leaving a field,
// and again until the server has answered. The page warns before it is left with something unsaved.
(function () {
  "use strict";
  const form = document.querySelector("[data-interview]");
  if (!form) { return; }
  const status = document.getElementById("saved");
  let changed = 0, sent = 0, timer = 0, busy = false, stopped = false, leaving = false;

  const say = (name) => {
    const words = form.getAttribute("data-words-" + name);
    const hidden = status.querySelector("input[name=edits]");
    status.textContent = words;
    if (hidden) { status.prepend(hidden); }
  };
  const plan = (wait) => { window.clearTimeout(timer); timer = window.setTimeout(save, wait); };

  function save() {
    if (stopped || busy || changed === sent) { return; }
    busy = true;
    const upTo = changed;
    form.setAttribute("data-up-to", String(upTo));
    window.htmx.trigger(form, "draft");
  }

  form.addEventListener("input", () => { changed += 1; say("unsaved"); plan(2000); });
  form.addEventListener("change", () => { changed += 1; plan(300); });
  form.addEventListener("submit", () => { stopped = true; leaving = true; });

  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== form) { return; }
    busy = false;
    const code = event.detail.xhr ? event.detail.xhr.status : 0;
    if (code === 409) { stopped = true; return; }
    if (code >= 200 && code < 300) {
      sent = Number(form.getAttribute("data-up-to"));
      if (changed !== sent) { plan(500); }
    } else { say("failed"); plan(4000); }
  });

  // On a phone one part at a time: the first untouched one is open, every other one a touch away. All of them are in the
  // form, so what is closed is saved as well; a part with a fault stays open.
  const parts = [...form.querySelectorAll("[data-section]")];
  const small = window.matchMedia("(max-width: 575.98px)");

  function filled(part) {
    const fields = [...part.querySelectorAll("input:not([type=hidden]), select, textarea")];
    const done = fields.filter((field) => (field.type === "checkbox" ? field.checked : field.value.trim() !== "")).length;
    part.querySelector("[data-filled]").textContent = done + " / " + fields.length;
    return done;
  }
  function show(part) {
    part.open = true;
    part.querySelector("summary").focus({ preventScroll: true });
    part.scrollIntoView({ block: "start" });
  }
  function arrange() {
    const untouched = parts.filter((part) => filled(part) === 0);
    const begun = Number(status.querySelector("input[name=edits]").value) > 0;
    const faulty = form.querySelector("[aria-invalid=true]") !== null;
    const first = faulty ? null : (begun && untouched[0]) || parts[0];
    parts.forEach((part) => {
      part.open = !small.matches || part === first || part.querySelector("[aria-invalid=true]") !== null;
      const next = part.querySelector("[data-next]");
      if (next) { next.hidden = !small.matches; }
    });
  }
  parts.forEach((part, place) => {
    part.addEventListener("change", () => filled(part));
    const next = part.querySelector("[data-next] button");
    if (next) { next.addEventListener("click", () => { part.open = false; show(parts[place + 1]); }); }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.getAttribute("href").slice(1));
    const part = field && field.closest("[data-section]");
    if (part) { part.open = true; }
  });
  small.addEventListener("change", arrange);
  arrange();

  window.addEventListener("beforeunload", (event) => {
    if (changed !== sent && !leaving) { event.preventDefault(); event.returnValue = "…"; }
  });
})();
