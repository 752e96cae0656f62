// Keyboard of the board and of a case: arrows walk the cards, a letter named by data-key opens or presses its element.
(() => {
  const typing = (node) => node.closest("input, textarea, select, [contenteditable]");
  const lanes = () => [...document.querySelectorAll(".lane")].map((lane) => [...lane.querySelectorAll(".case-card")]);
  const walk = (key) => {
    const all = lanes();
    const lane = all.findIndex((cards) => cards.includes(document.activeElement));
    if (lane < 0) return all.flat()[0];
    const row = all[lane].indexOf(document.activeElement);
    if (key === "ArrowDown") return all[lane][row + 1];
    if (key === "ArrowUp") return all[lane][row - 1];
    const step = key === "ArrowRight" ? 1 : -1;
    for (let next = lane + step; next >= 0 && next < all.length; next += step) {
      if (all[next].length) return all[next][Math.min(row, all[next].length - 1)];
    }
    return undefined;
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key.startsWith("Arrow") && document.querySelector(".lanes")) {
      const card = walk(event.key);
      if (card) { event.preventDefault(); card.focus(); }
      return;
    }
    const target = [...document.querySelectorAll("[data-key]")].find((node) => node.dataset.key === event.key);
    if (!target) return;
    event.preventDefault();
    const folded = target.closest("details");
    if (folded) folded.open = true;
    if (target.matches("input, textarea, select")) target.focus(); else target.click();
  });
})();
