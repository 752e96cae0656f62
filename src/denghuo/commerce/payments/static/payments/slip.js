// After the receipt: N is the next customer. Counting the till: pieces become yuan while they are typed.
(function () {
  "use strict";
  const yuan = (fen) => (fen < 0 ? "−" : "") + Math.floor(Math.abs(fen) / 100).toLocaleString("en-US") + "." + String(Math.abs(fen) % 100).padStart(2, "0");
  document.addEventListener("keydown", (event) => {
    const next = document.querySelector("[data-next]");
    if (!next || event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
    if (event.key === "n" || event.key === "N" || event.key === "Escape") location.assign(next.href);
  });
  const count = document.querySelector("[data-count]");
  if (!count) return;
  const paidIn = count.querySelector("[data-count-deposit]");
  function add() {
    let sum = 0;
    count.querySelectorAll("[data-denomination]").forEach((field) => {
      const fen = Number(field.dataset.denomination) * (Number.parseInt(field.value, 10) || 0);
      field.parentElement.querySelector("output").textContent = yuan(fen);
      sum += fen;
    });
    count.querySelector("[data-count-total]").textContent = yuan(sum);
    const difference = sum - Number(count.dataset.expected);
    const shown = count.querySelector("[data-count-difference]");
    shown.textContent = yuan(difference);
    shown.className = `num tag ${difference ? "tag-warning" : "tag-success"}`;
    return sum;
  }
  count.addEventListener("input", (event) => {
    const sum = add();
    if (event.target !== paidIn && !paidIn.dataset.typed) paidIn.value = `${Math.floor(Math.max(0, sum - Number(count.dataset.float)) / 100)}.${String(Math.max(0, sum - Number(count.dataset.float)) % 100).padStart(2, "0")}`;
    if (event.target === paidIn) paidIn.dataset.typed = "1";
  });
  add();
})();
