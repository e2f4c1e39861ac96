// A slip's QR carries its secret part behind "#": it fills the form here and is taken out of the address at once,
// so that neither the server's log nor the browser's history keeps it.
(function () {
  "use strict";
  const form = document.getElementById("slip");
  if (!form || window.location.hash.length < 2) { return; }
  let parts;
  try { parts = window.location.hash.slice(1).split(".").map(decodeURIComponent); } catch (error) { return; }
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
  const names = form.elements.number ? ["school", "number", "code"] : ["code"];
  if (parts.length !== names.length) { return; }
  names.forEach((name, place) => { form.elements[name].value = parts[place]; });
  form.querySelector("button[type=submit]").focus();
})();
