// The entry sheet: after a line is stored, the next open line takes the cursor; arrow keys move between lines.
(function () {
  "use strict";
  const open = (line) => line && line.querySelector("input.num:not([readonly])");
  const lines = () => [...document.querySelectorAll("[data-entry] [data-line]")];

  function move(from, step) {
    const all = lines();
    for (let at = all.indexOf(from) + step; at >= 0 && at < all.length; at += step) {
      const field = open(all[at]);
      if (field) { field.focus(); field.select(); return; }
    }
  }

  document.addEventListener("htmx:load", (event) => {
    const line = event.detail.elt;
    if (line.matches && line.matches("[data-line][data-stored]")) move(line, 1);
  });
  document.addEventListener("keydown", (event) => {
    const line = event.target.closest && event.target.closest("[data-line]");
    if (!line || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowDown") { event.preventDefault(); move(line, 1); }
    if (event.key === "ArrowUp") { event.preventDefault(); move(line, -1); }
  });
  document.addEventListener("DOMContentLoaded", () => {
    const first = lines().map(open).find(Boolean);
    if (first) first.focus();
  });
})();
