// The wall board: F for the whole screen, and a mark when the figures have grown old.
(function () {
  "use strict";
  const board = document.getElementById("board");
  if (!board) { return; }

  function whole() {
    if (document.fullscreenElement) { document.exitFullscreen(); } else { document.documentElement.requestFullscreen().catch(() => {}); }
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.key === "f" || event.key === "F") { event.preventDefault(); whole(); }
  });
  document.querySelectorAll("[data-whole-screen]").forEach((button) => {
    button.hidden = !document.fullscreenEnabled;
    button.addEventListener("click", whole);
  });
  document.addEventListener("fullscreenchange", () => {
    document.documentElement.classList.toggle("is-whole", Boolean(document.fullscreenElement));
  });

  // After two missed refreshes the board says so: old figures must not pass for new ones.
  let fresh = Date.now();
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) { fresh = Date.now(); board.classList.remove("is-old"); }
  });
  window.setInterval(() => { board.classList.toggle("is-old", Date.now() - fresh > 150000); }, 10000);
})();
