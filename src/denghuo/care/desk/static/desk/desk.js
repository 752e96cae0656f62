// The clock of the item at the window, and one key for each act: <… data-desk-clock data-started data-limit data-warn>.
(function () {
  "use strict";
  const two = (number) => String(number).padStart(2, "0");
  function tick() {
    for (const clock of document.querySelectorAll("[data-desk-clock]")) {
      const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(clock.dataset.started)) / 1000));
      const limit = Number(clock.dataset.limit) * 60;
      const state = seconds > limit ? "exceeded" : seconds * 100 >= limit * Number(clock.dataset.warn) ? "warned" : "";
      clock.textContent = `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
      const bar = document.querySelector("[data-desk-bar]");
      for (const element of [clock, bar]) {
        if (!element) continue;
        element.classList.toggle("warned", state === "warned");
        element.classList.toggle("exceeded", state === "exceeded");
      }
      if (bar) bar.querySelector("progress").value = Math.min(seconds, limit);
    }
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog, [role=dialog]")) return;
    const button = document.querySelector(`[data-desk-key="${event.key.toLowerCase()}"]`);
    if (button) { event.preventDefault(); button.click(); }
  });
  document.addEventListener("DOMContentLoaded", () => { tick(); setInterval(tick, 1000); });
})();
