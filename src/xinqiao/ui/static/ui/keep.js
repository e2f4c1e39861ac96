// Nothing typed is lost: forms with data-keep keep a draft in this tab until the server has taken it.
// Passwords, files, hidden fields and anything marked data-secret are never kept.
(function () {
  "use strict";
  const who = document.body.getAttribute("data-who") || "";
  const root = "xq-draft:";
  const words = (name) => document.body.getAttribute("data-words-" + name) || "";
  let store;
  try { store = window.sessionStorage; store.getItem(root); } catch (error) { return; }

  const all = () => Object.keys(store).filter((key) => key.startsWith(root));
  // Another person in the same tab never meets this person's drafts.
  if (who) { all().filter((key) => !key.startsWith(root + who + ":")).forEach((key) => store.removeItem(key)); }

  const keyOf = (form) => root + who + ":" + window.location.pathname + ":" + form.getAttribute("data-keep");
  const sentKey = (form) => keyOf(form) + ":sent";

  function mayKeep(field) {
    return field.name && !field.disabled && !field.hasAttribute("data-secret")
      && !["password", "file", "hidden", "submit", "button", "reset"].includes(field.type);
  }

  function read(form) {
    const values = {};
    for (const field of form.elements) {
      if (!mayKeep(field)) { continue; }
      const list = values[field.name] || (values[field.name] = []);
      if (field.type === "checkbox" || field.type === "radio") {
        if (field.checked) { list.push(field.value); }
      } else if (field.multiple && field.options) {
        for (const option of field.selectedOptions) { list.push(option.value); }
      } else { list.push(field.value); }
    }
    return values;
  }

  function write(form, values) {
    const seen = {};
    for (const field of form.elements) {
      if (!mayKeep(field) || !(field.name in values)) { continue; }
      const list = values[field.name];
      if (field.type === "checkbox" || field.type === "radio") { field.checked = list.includes(field.value); }
      else if (field.multiple && field.options) {
        for (const option of field.options) { option.selected = list.includes(option.value); }
      } else {
        const index = seen[field.name] || 0;
        seen[field.name] = index + 1;
        if (index < list.length) { field.value = list[index]; }
      }
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function tell(form, fresh) {
    const line = document.createElement("p");
    line.className = "kept-note";
    line.setAttribute("role", "status");
    line.textContent = words("kept") + " ";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-ghost btn-sm";
    button.textContent = words("forget");
    button.addEventListener("click", () => {
      store.removeItem(keyOf(form));
      write(form, fresh);
      form.removeAttribute("data-changed");
      line.remove();
    });
    line.append(button);
    form.prepend(line);
  }

  function attach(form) {
    if (form.hasAttribute("data-keep-on")) { return; }
    form.setAttribute("data-keep-on", "");
    const fresh = read(form);
    const refused = form.querySelector(".form-errors") !== null;
    // The page that follows a successful send is another page or an empty form: the draft has been taken.
    if (store.getItem(sentKey(form)) && !refused) { store.removeItem(keyOf(form)); }
    store.removeItem(sentKey(form));
    const draft = store.getItem(keyOf(form));
    if (draft && !refused && draft !== JSON.stringify(fresh)) {
      write(form, JSON.parse(draft));
      form.setAttribute("data-changed", "");
      tell(form, fresh);
    }
    const save = () => {
      form.setAttribute("data-changed", "");
      try { store.setItem(keyOf(form), JSON.stringify(read(form))); } catch (error) { /* full: the leave warning remains */ }
    };
    form.addEventListener("input", save);
    form.addEventListener("change", (event) => { if (event.isTrusted) { save(); } });
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) { return; }
      store.setItem(sentKey(form), "1");
      form.removeAttribute("data-changed");
    });
  }

  const start = (where) => where.querySelectorAll("form[data-keep]").forEach(attach);
  start(document);
  document.addEventListener("htmx:load", (event) => start(event.target));

  // A draft whose send led to another page is not needed any more, wherever the reader is now.
  all().filter((key) => key.endsWith(":sent")).forEach((key) => {
    const base = key.slice(0, -5);
    if (!base.startsWith(root + who + ":" + window.location.pathname + ":")) {
      store.removeItem(base);
      store.removeItem(key);
    }
  });

  // Leaving with changed text asks first; sealed fields, which are not kept, are the reason.
  window.addEventListener("beforeunload", (event) => {
    const secret = document.querySelector("form[data-keep][data-changed] [data-secret]");
    if (secret && secret.value !== secret.defaultValue) { event.preventDefault(); event.returnValue = words("leave"); }
  });

  const logout = document.getElementById("xq-logout");
  if (logout) { logout.addEventListener("submit", (event) => { if (event.submitter) { all().forEach((key) => store.removeItem(key)); } }); }
})();
