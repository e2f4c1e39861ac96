// A passkey that was cancelled or is not on this device: say so on the page instead of in the console.
(function () {
  "use strict";
  document.addEventListener("allauth.error", (event) => {
    const words = document.getElementById("passkey-trouble");
    if (words) { event.preventDefault(); words.hidden = false; words.focus(); }
  });
})();
