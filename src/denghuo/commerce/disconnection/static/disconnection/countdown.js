// Counts down to an instant: <time data-countdown datetime="2026-09-08T10:30:00+08:00">. Past it, data-over is shown.
(function () {
  "use strict";
  const two = (number) => String(number).padStart(2, "0");
  function text(seconds, day) {
    const days = Math.floor(seconds / 86400), rest = seconds % 86400;
    const clock = `${two(Math.floor(rest / 3600))}:${two(Math.floor((rest % 3600) / 60))}:${two(rest % 60)}`;
    return days ? `${days} ${day} ${clock}` : clock;
  }
  function tick() {
    for (const element of document.querySelectorAll("[data-countdown]")) {
      const left = Math.ceil((Date.parse(element.dateTime) - Date.now()) / 1000);
      element.textContent = left > 0 ? text(left, element.dataset.day || "d") : element.dataset.over || "0";
      element.classList.toggle("countdown-over", left <= 0);
    }
  }
  document.addEventListener("DOMContentLoaded", () => { tick(); setInterval(tick, 1000); });
})();
