// What is answered, which items are asked, and how two versions of one sheet become one. No page, no network.
(function () {
  "use strict";
  const MOST_ON_A_PAGE = 4;
  const runner = (window.xqRunner = window.xqRunner || {});

  runner.holds = function holds(condition, answers) {
    if (condition.all) { return condition.all.every((part) => holds(part, answers)); }
    if (condition.any) { return condition.any.some((part) => holds(part, answers)); }
    return condition.codes.includes(answers[condition.item]);
  };

  // Conditions look at earlier items only. An answer behind a closed branch counts as none.
  runner.asked = function (definition, answers) {
    const seen = {};
    return definition.items.filter((item) => {
      const shown = !item.show_if || runner.holds(item.show_if, seen);
      if (shown && answers[item.id]) { seen[item.id] = answers[item.id]; }
      return shown;
    });
  };

  // The author's pages, cut into screens of at most four items of nearly equal number.
  runner.screens = function (definition) {
    const screens = [];
    for (const page of definition.pages) {
      const parts = Math.ceil(page.length / MOST_ON_A_PAGE);
      let start = 0;
      for (let part = 0; part < parts; part += 1) {
        const end = start + Math.ceil((page.length - start) / (parts - part));
        screens.push(page.slice(start, end));
        start = end;
      }
    }
    return screens;
  };

  // turn counts the changes made here; fresh: item → turn of a change that no server has acknowledged yet.
  runner.empty = () => ({ seq: 0, answers: {}, clocks: {}, cares: 0, submit: "", turn: 0, fresh: {} });

  runner.change = function (state, id, code) {
    state.turn += 1;
    state.fresh[id] = state.turn;
    state.answers[id] = code;
  };
  runner.acknowledge = function (state, turn) {
    for (const id of Object.keys(state.fresh)) { if (state.fresh[id] <= turn) { delete state.fresh[id]; } }
  };

  // What was changed here and has not arrived wins, then the later sheet, then the earlier: nothing answered gets lost.
  runner.merge = function (saved, draft) {
    if (!saved || !draft) { return Object.assign(runner.empty(), saved || draft || {}); }
    const [late, early] = draft.seq >= saved.seq ? [draft, saved] : [saved, draft];
    const fresh = draft.fresh || {};
    const mine = {};
    for (const id of Object.keys(fresh)) { mine[id] = draft.answers[id]; }
    return {
      turn: draft.turn || 0,
      fresh,
      seq: late.seq,
      answers: Object.assign({}, early.answers, late.answers, mine),
      clocks: Object.assign({}, early.clocks, late.clocks),
      cares: draft.cares || 0,
      submit: draft.submit || "",
    };
  };

  // Milliseconds in the order of the sheet, which also has the items this reader is not shown.
  runner.inOrder = function (definition, clocks) {
    const all = new Array(definition.length).fill(0);
    for (const item of definition.items) { all[item.n] = clocks[item.id] || 0; }
    return all;
  };

  runner.sameAnswers = function (a, b) {
    const filled = (answers) => Object.keys(answers).filter((id) => answers[id]);
    const mine = filled(a);
    return mine.length === filled(b).length && mine.every((id) => a[id] === b[id]);
  };

  // crypto.randomUUID exists on secure pages only; a school's server in the house may have no certificate.
  runner.newId = function () {
    const bytes = window.crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  runner.fill = (words, values) => words.replace(/\{(\w)\}/g, (all, name) => (name in values ? values[name] : all));
})();
