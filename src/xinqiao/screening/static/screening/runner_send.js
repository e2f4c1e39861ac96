// Carries the state to the server: one request at a time, always the whole state, again and again until it is taken.
(function () {
  "use strict";
  const runner = (window.xqRunner = window.xqRunner || {});
  const QUIET = 400; // ms without an answer before a save leaves
  const PATIENCE = 15000;
  const SLOWEST = 60000;
  const ADDRESS = "/answers/";

  // body() gives { said: the state as it leaves, with its own number, turn: how far it goes }; tell(kind, answer) hears
  // how it went: saving, saved, offline, busy, refused.
  runner.sender = function ({ token, body, tell }) {
    let timer = 0;
    let flying = false;
    let wanted = false;
    let tries = 0;
    let over = false;

    const pause = () => Math.min(SLOWEST, 1000 * 2 ** tries) * (0.5 + Math.random() / 2);

    function later(ms) {
      window.clearTimeout(timer);
      timer = window.setTimeout(send, ms);
    }

    function change() {
      if (over) { return; }
      wanted = true;
      if (!flying && tries === 0) { later(QUIET); }
    }

    function now() {
      if (over) { return; }
      wanted = true;
      tries = 0;
      if (!flying) { later(0); }
    }

    function request(said, last) {
      const stop = new AbortController();
      const limit = last ? 0 : window.setTimeout(() => stop.abort(), PATIENCE);
      return window.fetch(ADDRESS, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: "Bearer " + token },
        body: JSON.stringify(said),
        credentials: "same-origin",
        cache: "no-store",
        keepalive: Boolean(last),
        signal: stop.signal,
      }).finally(() => window.clearTimeout(limit));
    }

    async function send() {
      if (over || flying || !wanted) { return; }
      flying = true;
      wanted = false;
      const { said, turn } = body();
      tell("saving", {});
      let response = null;
      let answer = {};
      try {
        response = await request(said, false);
        answer = await response.json();
      } catch (error) {
        response = null;
      }
      flying = false;
      settle(response, answer, said, turn);
    }

    function settle(response, answer, said, turn) {
      if (over) { return; }
      if (response && response.ok && answer.ok) {
        tries = 0;
        tell("saved", Object.assign({ sent: said, turn, more: wanted }, answer));
        if (wanted) { later(QUIET); }
        return;
      }
      if (response && response.status < 500 && response.status !== 429) {
        over = true;
        tell("refused", Object.assign({ status: response.status, sent: said }, answer));
        return;
      }
      wanted = true;
      const wait = Math.max(pause(), answer.retry_ms || 0);
      tries += 1;
      tell(response ? "busy" : "offline", {});
      later(wait);
    }

    // A class comes back online in the same second: each page waits a moment of its own.
    window.addEventListener("online", () => { if (wanted) { tries = 0; later(Math.random() * 1500); } });
    // The page goes: what has not left yet is handed to the browser to carry.
    window.addEventListener("pagehide", () => {
      if (wanted && !over) { window.clearTimeout(timer); request(body().said, true).catch(() => {}); }
    });

    return { change, now, stop: () => { over = true; window.clearTimeout(timer); }, idle: () => !wanted && !flying };
  };
})();
