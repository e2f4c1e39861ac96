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

  window.addEventListener("beforeunload", (event) => {
    if (changed !== sent && !leaving) { event.preventDefault(); event.returnValue = "…"; }
  });
})();
