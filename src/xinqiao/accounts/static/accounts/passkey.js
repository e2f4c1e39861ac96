// Passkeys: what went wrong, and where they cannot be used, is said on the page instead of in the console.
(function () {
  "use strict";

  // Browsers refuse passkeys without TLS and on an address made of numbers, and name no reason anybody could act on.
  function possible() {
    const numbers = /^[0-9.]+$/.test(location.hostname) || location.hostname.startsWith("[");
    return window.isSecureContext && "PublicKeyCredential" in window && !numbers;
  }

  document.addEventListener("allauth.error", (event) => {
    const words = document.getElementById("passkey-trouble");
    if (words) { event.preventDefault(); words.hidden = false; words.focus(); }
  });

  document.addEventListener("DOMContentLoaded", () => {
    if (possible()) { return; }
    document.querySelectorAll("[data-passkey]").forEach((button) => { button.disabled = true; button.hidden = button.dataset.passkey === "quiet"; });
    const words = document.getElementById("passkey-nowhere");
    if (words && !document.querySelector("[data-passkey=quiet]")) { words.hidden = false; }
  });
})();
