// The draft on this device: AES-GCM with a key that came with the page and is never stored. Without a secure context
// there is no cipher in the browser, and then nothing is written to the device at all.
(function () {
  "use strict";
  const runner = (window.xqRunner = window.xqRunner || {});
  const PREFIX = "xq-sheet:";
  const KEPT_DAYS = 14;

  function bytesOf(text) {
    const plain = window.atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  }
  const textOf = (bytes) => window.btoa(String.fromCharCode(...new Uint8Array(bytes)));

  function store() {
    try { return window.localStorage; } catch (error) { return null; }
  }

  runner.draft = function ({ name, key }) {
    const box = store();
    const subtle = window.crypto && window.crypto.subtle;
    const usable = Boolean(box && subtle);
    const secret = usable ? subtle.importKey("raw", bytesOf(key), "AES-GCM", false, ["encrypt", "decrypt"]) : null;
    let turn = Promise.resolve();
    let gone = false;

    async function read() {
      if (!usable || !box.getItem(name)) { return null; }
      try {
        const kept = JSON.parse(box.getItem(name));
        const plain = await subtle.decrypt({ name: "AES-GCM", iv: bytesOf(kept.iv) }, await secret, bytesOf(kept.data));
        return JSON.parse(new TextDecoder().decode(plain));
      } catch (error) {
        box.removeItem(name); // somebody else's, changed, or older than the key
        return null;
      }
    }

    async function seal(text) {
      const iv = window.crypto.getRandomValues(new Uint8Array(12));
      const data = await subtle.encrypt({ name: "AES-GCM", iv }, await secret, new TextEncoder().encode(text));
      return JSON.stringify({ at: Date.now(), iv: textOf(iv), data: textOf(data) });
    }

    // Writes follow each other, so that an older state never lands on a newer one. True when it is on the device.
    function write(state) {
      if (!usable) { return Promise.resolve(false); }
      const text = JSON.stringify(state);
      turn = turn.then(async () => {
        const sealed = await seal(text);
        if (gone) { return false; }
        box.setItem(name, sealed);
        return true;
      }).catch(() => false);
      return turn;
    }

    function wipe() {
      gone = true;
      if (box) { box.removeItem(name); }
    }
    return { read, write, wipe, usable };
  };

  // Sheets that were never finished here do not stay for ever.
  runner.forgetOld = function () {
    const box = store();
    if (!box) { return; }
    for (const name of Object.keys(box).filter((each) => each.startsWith(PREFIX))) {
      let at = 0;
      try { at = JSON.parse(box.getItem(name)).at || 0; } catch (error) { at = 0; }
      if (Date.now() - at > KEPT_DAYS * 86400000) { box.removeItem(name); }
    }
  };
})();
