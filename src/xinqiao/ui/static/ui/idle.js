// Nobody here: warn a minute before, then sign out. Tabs of one browser share the time of the last touch.
(function () {
  "use strict";
  const limit = Number(document.body.getAttribute("data-idle-seconds")) * 1000;
  const dialog = document.getElementById("xq-idle");
  if (!limit || !dialog) { return; }
  const left = dialog.querySelector("[data-idle-left]");
  const warning = Math.min(60000, limit / 2);
  const key = "xq-touched";
  let touched = Date.now();
  let shared = 0;

  function remember() {
    touched = Date.now();
    if (touched - shared < 5000) { return; }
    shared = touched;
    try { window.localStorage.setItem(key, String(touched)); } catch (error) { /* this tab alone then */ }
  }
  function last() {
    let other = 0;
    try { other = Number(window.localStorage.getItem(key)) || 0; } catch (error) { other = 0; }
    return Math.max(touched, Math.min(other, Date.now()));
  }
  ["pointerdown", "keydown", "wheel", "touchstart"].forEach((name) => {
    document.addEventListener(name, () => { if (!dialog.open) { remember(); } }, { passive: true });
  });
  remember();

  dialog.addEventListener("cancel", () => remember());
  dialog.querySelector("[data-idle-stay]").addEventListener("click", () => {
    dialog.close();
    shared = 0;
    remember();
    // One real request, so that the server's own clock starts again too.
    window.fetch(window.location.href, { method: "HEAD", credentials: "same-origin" }).catch(() => {});
  });

  function leave() {
    const form = document.getElementById("xq-logout");
    if (form) { form.submit(); } else { window.location.assign(document.body.getAttribute("data-login-url")); }
  }
  window.setInterval(() => {
    const remains = limit - (Date.now() - last());
    if (remains <= 0) { leave(); return; }
    if (remains <= warning) {
      left.textContent = left.getAttribute("data-words").replace("0", String(Math.ceil(remains / 1000)));
      if (!dialog.open) { dialog.showModal(); }
    } else if (dialog.open) { dialog.close(); }
  }, 1000);
})();
