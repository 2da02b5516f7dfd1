"use strict";
// Refreshes the figures in place: what is open stays open, and the focus stays.
(() => {
  const every = 5000;
  const pause = document.getElementById("pause");
  const stale = document.getElementById("stale");
  let paused = false;

  const refresh = async () => {
    if (paused || document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(every) });
      if (!answer.ok) throw new Error("the server answered " + answer.status);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (paused) return;
      const main = document.querySelector("main");
      const next = fresh.querySelector("main");
      if (!next) throw new Error("the server answered with something else");
      for (const d of main.querySelectorAll("details[id]")) {
        const same = fresh.getElementById(d.id);
        if (same) same.open = d.open;
      }
      const focus = main.contains(document.activeElement) && document.activeElement.closest("details[id]");
      const summary = document.getElementById("summary");
      const text = next.querySelector("#summary").textContent;
      if (summary.textContent !== text) summary.textContent = text; // told to screen readers only if it changed
      next.querySelector("#summary").replaceWith(summary);
      main.replaceChildren(...next.childNodes);
      if (focus) document.getElementById(focus.id)?.querySelector("summary").focus();
      document.title = fresh.title;
      stale.hidden = true;
    } catch (e) {
      const at = document.getElementById("at").textContent;
      stale.textContent = "Not refreshed since " + at + " UTC: " + e.message;
      stale.hidden = false;
    }
  };

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? "Resume" : "Pause";
    if (!paused) refresh();
  });
  document.addEventListener("visibilitychange", refresh);
  setInterval(refresh, every);
})();
