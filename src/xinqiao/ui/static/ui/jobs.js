// A job in the background: ask how far it is, more slowly the longer it takes, and go on when it is done.
(function () {
  "use strict";
  function follow(box) {
    if (box.hasAttribute("data-job-on")) { return; }
    box.setAttribute("data-job-on", "");
    const bar = box.querySelector("progress");
    const text = box.querySelector(".job-words");
    let pause = 700;

    function show(job) {
      if (job.words) { text.textContent = job.words; }
      if (job.total) { bar.max = job.total; bar.value = job.done; } else { bar.removeAttribute("value"); }
      box.setAttribute("data-state", job.state);
      if (job.state === "done") {
        bar.max = 1; bar.value = 1;
        if (job.next) { window.location.assign(job.next); }
        return true;
      }
      if (job.state === "failed") { bar.max = 1; bar.value = 0; box.setAttribute("role", "alert"); return true; }
      return false;
    }
    function ask() {
      if (!document.body.contains(box)) { return; }
      window.fetch(box.getAttribute("data-job-url"), { headers: { Accept: "application/json", "X-Background": "1" }, credentials: "same-origin" })
        .then((answer) => { if (!answer.ok) { throw new Error(String(answer.status)); } return answer.json(); })
        .then((job) => { if (!show(job)) { pause = Math.min(pause * 1.15, 4000); window.setTimeout(ask, pause); } })
        .catch(() => { text.textContent = document.body.getAttribute("data-words-lost") || ""; pause = Math.min(pause * 2, 15000); window.setTimeout(ask, pause); });
    }
    ask();
  }
  const start = (where) => where.querySelectorAll("[data-job-url]").forEach(follow);
  start(document);
  document.addEventListener("htmx:load", (event) => start(event.target.parentNode || document));
})();
