// The queue by keyboard: J and K walk the rows, Enter opens (the row's link has the focus).
(function () {
  "use strict";
  const links = () => [...document.querySelectorAll("[data-queue] [data-row] a.person")];
  const typing = (node) => node && (node.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(node.tagName));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) { return; }
    const step = { j: 1, k: -1 }[event.key.toLowerCase()];
    if (!step) { return; }
    const rows = links();
    if (!rows.length) { return; }
    const here = rows.indexOf(document.activeElement);
    const next = here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, here + step));
    rows[next].focus();
    event.preventDefault();
  });
})();
