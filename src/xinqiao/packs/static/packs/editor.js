// The editor of a pack: numbers beside the lines, problems that lead to their line, Tab that indents.
// What is typed is kept by keep.js; what is wrong comes from the server.
(function () {
  "use strict";
  const text = document.getElementById("pack-text");
  const lines = document.getElementById("pack-lines");
  const problems = document.getElementById("pack-problems");
  if (!text || !lines || !problems) { return; }
  let drawn = 0;

  function wrong() {
    const found = problems.querySelectorAll("[data-fault]");
    return new Set(Array.from(found, (each) => Number(each.getAttribute("data-fault"))));
  }

  function number() {
    const wanted = text.value.split("\n").length;
    for (; drawn < wanted; drawn += 1) {
      const line = document.createElement("span");
      line.textContent = String(drawn + 1);
      lines.append(line);
    }
    for (; drawn > wanted; drawn -= 1) { lines.lastElementChild.remove(); }
    lines.scrollTop = text.scrollTop;
  }

  function mark() {
    const faults = wrong();
    Array.from(lines.children).forEach((line, index) => line.classList.toggle("wrong", faults.has(index + 1)));
  }

  function go(wanted) {
    const all = text.value.split("\n");
    const line = Math.min(Math.max(wanted, 1), all.length);
    const start = all.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    text.focus();
    text.setSelectionRange(start, start + all[line - 1].length);
    const height = text.scrollHeight / all.length;
    text.scrollTop = Math.max(0, (line - 1) * height - text.clientHeight / 3);
    text.scrollLeft = 0;
  }

  function indent(back) {
    const value = text.value, from = text.selectionStart, to = text.selectionEnd;
    const first = value.lastIndexOf("\n", from - 1) + 1;
    if (!back && from === to) { text.setRangeText("  ", from, to, "end"); }
    else {
      const block = value.slice(first, to).split("\n");
      const moved = block.map((line) => (back ? line.replace(/^ {1,2}/, "") : "  " + line)).join("\n");
      text.setRangeText(moved, first, to, "select");
    }
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  let leaving = false; // Esc, then Tab, leaves the field: nobody is caught in it
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { leaving = true; return; }
    if (event.key === "Tab" && !leaving) { event.preventDefault(); indent(event.shiftKey); return; }
    if (event.key !== "Shift") { leaving = false; }
  });
  text.addEventListener("input", () => { number(); });
  text.addEventListener("scroll", () => { lines.scrollTop = text.scrollTop; });
  text.form.addEventListener("change", number); // a kept draft was put back
  problems.addEventListener("click", (event) => {
    const button = event.target.closest("[data-line]");
    if (button) { go(Number(button.getAttribute("data-line"))); }
  });
  document.addEventListener("htmx:afterSettle", mark);
  number();
  mark();
})();
