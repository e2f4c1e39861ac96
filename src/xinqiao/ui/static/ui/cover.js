// Blank screen: F9, Esc twice, or the eye button. The same again brings the page back.
(function () {
  "use strict";
  const cover = document.getElementById("xq-cover");
  if (!cover) { return; }
  const title = document.title;
  let lastEscape = 0;
  let before = null;

  function toggle() {
    const covering = cover.hidden;
    if (covering) {
      before = document.activeElement;
      // A modal dialog is drawn above everything: it has to go first.
      document.querySelectorAll("dialog[open]").forEach((dialog) => { dialog.close(); dialog.setAttribute("data-covered", ""); });
    }
    cover.hidden = !covering;
    document.documentElement.classList.toggle("is-covered", covering);
    document.title = covering ? cover.getAttribute("data-title") : title;
    if (covering) {
      cover.querySelector("button").focus();
    } else {
      document.querySelectorAll("dialog[data-covered]").forEach((dialog) => { dialog.removeAttribute("data-covered"); dialog.showModal(); });
      if (before && before.focus) { before.focus(); }
    }
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-blank-screen]")) { toggle(); }
  });
  document.addEventListener("keydown", (event) => {
    // Esc while an input method is composing Chinese only cancels the composing.
    if (event.isComposing || event.repeat) { return; }
    if (event.key === "F9") { event.preventDefault(); toggle(); return; }
    if (event.key !== "Escape") { lastEscape = 0; return; }
    const now = Date.now();
    if (now - lastEscape < 600) { lastEscape = 0; event.preventDefault(); toggle(); } else { lastEscape = now; }
  }, true);
})();
