// Menu, dialogs, filters, busy buttons, copy, print: everything by data attributes, one listener each.
(function () {
  "use strict";
  const words = (name) => document.body.getAttribute("data-words-" + name) || "";

  const clicks = {
    "[data-theme-toggle]": () => window.xqTheme.toggle(),
    "[data-menu]": (button) => toggleMenu(button),
    "[data-dialog-open]": (button) => openDialog(button.getAttribute("data-dialog-open")),
    "[data-dialog-close]": (button) => button.closest("dialog").close(),
    "[data-print]": () => window.print(),
    "[data-back]": () => window.history.back(),
    "[data-copy]": (button) => copy(button),
  };

  document.addEventListener("click", (event) => {
    for (const selector of Object.keys(clicks)) {
      const target = event.target.closest(selector);
      if (target) { clicks[selector](target); }
    }
    // A click on the dark area around a dialog closes it.
    if (event.target.tagName === "DIALOG" && event.target.id !== "xq-idle") { event.target.close(); }
    document.querySelectorAll("details[data-menu-details][open]").forEach((menu) => {
      if (!menu.contains(event.target)) { menu.open = false; }
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") { return; }
    document.querySelectorAll("details[data-menu-details][open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    document.querySelectorAll("[data-menu][aria-expanded=true]").forEach(toggleMenu);
  });

  function toggleMenu(button) {
    const panel = document.getElementById(button.getAttribute("data-menu"));
    const open = panel.classList.toggle("is-open");
    button.setAttribute("aria-expanded", String(open));
    if (open) { (panel.querySelector("a, button") || panel).focus(); } else { button.focus(); }
  }

  function openDialog(id) {
    const dialog = document.getElementById(id);
    if (dialog && !dialog.open) { dialog.showModal(); }
  }

  function copy(button) {
    const done = () => {
      const before = button.textContent;
      button.textContent = words("copied");
      window.setTimeout(() => { button.textContent = before; }, 1500);
    };
    if (navigator.clipboard) { navigator.clipboard.writeText(button.getAttribute("data-copy")).then(done, () => {}); }
  }

  // Filters submit themselves: at once on a choice, after a pause while typing.
  let timer = 0;
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !form.hasAttribute("data-auto-submit") || event.isComposing) { return; }
    window.clearTimeout(timer);
    const typing = event.target.matches("input[type=text], input[type=search], input[type=number], input:not([type])");
    timer = window.setTimeout(() => form.requestSubmit(), typing ? 700 : 0);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("data-auto-submit")) {
      form.querySelectorAll("input, select").forEach((field) => {
        if (field.value === "" && field.name) { field.disabled = true; }
      });
    }
  });

  // A form that is being sent cannot be sent twice. The button is locked after the browser has taken its value.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.defaultPrevented || !button || !button.hasAttribute("data-busy")) { return; }
    if (event.target.hasAttribute("data-sending")) { event.preventDefault(); return; }
    event.target.setAttribute("data-sending", "");
    window.setTimeout(() => {
      button.setAttribute("data-label", button.innerHTML);
      button.setAttribute("aria-disabled", "true");
      button.classList.add("is-busy");
      button.textContent = button.getAttribute("data-busy") || words("busy");
    }, 0);
  });
  // Coming back by the back button must not show a locked form; a download leaves the page standing.
  function unlock() {
    document.querySelectorAll("form[data-sending]").forEach((form) => form.removeAttribute("data-sending"));
    document.querySelectorAll(".is-busy[data-label]").forEach((button) => {
      button.innerHTML = button.getAttribute("data-label");
      button.classList.remove("is-busy");
      button.removeAttribute("aria-disabled");
    });
    document.querySelectorAll("form[data-auto-submit] :disabled").forEach((field) => { field.disabled = false; });
  }
  window.addEventListener("pageshow", unlock);
  document.addEventListener("htmx:afterRequest", unlock);
  window.addEventListener("blur", () => window.setTimeout(unlock, 4000));

  // After a refused form, the reader lands on what must be changed.
  const errors = document.querySelector(".form-errors");
  if (errors) { errors.focus(); }
})();
