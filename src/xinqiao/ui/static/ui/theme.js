// Runs before the first paint: the remembered look, else the system's.
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function chosen() {
    try { return window.localStorage.getItem("xq-theme"); } catch (error) { return null; }
  }
  function show() {
    root.setAttribute("data-bs-theme", chosen() || (dark.matches ? "dark" : "light"));
  }
  show();
  if (dark.addEventListener) { dark.addEventListener("change", show); }
  window.xqTheme = {
    toggle: function () {
      var next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
      try { window.localStorage.setItem("xq-theme", next); } catch (error) { /* private window: for this page only */ }
      root.setAttribute("data-bs-theme", next);
    }
  };
})();
