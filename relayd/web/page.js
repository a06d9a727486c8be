// Keeps the page up to date, and never lets an old one pass for a new one.
"use strict";
(() => {
  const EVERY_MS = 8000, STALE_MS = 20000, GIVE_UP_MS = 6000;
  const main = document.querySelector("main");
  const banner = document.getElementById("banner");
  let heardAt = Date.now();
  let asking = false;
  let askAgain = false;

  const clock = (ms) =>
    new Date(ms).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

  const judge = () => {
    const stale = Date.now() - heardAt > STALE_MS;
    document.body.classList.toggle("stale", stale);
    banner.hidden = !stale;
    if (stale) {
      banner.textContent =
        `Not connected since ${clock(heardAt)}. What stands below is old. Trying again…`;
    }
  };

  const put = (html) => {
    const open = new Set([...main.querySelectorAll("details[open]")].map((each) => each.id));
    const focused = document.activeElement;
    const again = focused && focused.name ? [focused.name, focused.value, focused.form?.action] : null;
    main.innerHTML = html;
    for (const each of main.querySelectorAll("details")) each.open = open.has(each.id);
    if (again) {
      const same = [...main.querySelectorAll("button")].find(
        (one) => one.name === again[0] && one.value === again[1] && one.form?.action === again[2]);
      same?.focus({ preventScroll: true });
    }
    document.title = document.getElementById("now")?.dataset.title ?? document.title;
  };

  const refresh = async () => {
    if (asking) { askAgain = true; return; }
    asking = true;
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), GIVE_UP_MS);
    try {
      const answer = await fetch("/now", { cache: "no-store", signal: giveUp.signal });
      if (answer.status === 401) { location.reload(); return; }
      if (answer.ok) {
        put(await answer.text());
        heardAt = Date.now();
      }
    } catch { /* not connected: judge() says so in time */ } finally {
      clearTimeout(timer);
      asking = false;
      judge();
      if (askAgain) { askAgain = false; refresh(); }
    }
  };

  let soon = 0;
  const refreshSoon = () => { clearTimeout(soon); soon = setTimeout(refresh, 120); };

  const events = () => {
    const source = new EventSource("/api/events");
    source.onmessage = refreshSoon;
    source.onopen = refreshSoon;
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) setTimeout(events, 5000);
    };
  };

  main.addEventListener("submit", (press) => {
    for (const button of press.target.querySelectorAll("button")) {
      setTimeout(() => { button.disabled = true; }, 0);
      setTimeout(() => { button.disabled = false; }, 8000);
    }
  });
  const woken = () => { judge(); refresh(); };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) woken(); });
  addEventListener("pageshow", woken);
  addEventListener("online", woken);
  setInterval(judge, 1000);
  setInterval(refresh, EVERY_MS);
  events();
})();
