// Runs before the first paint: the chosen theme, type size and menu width, without a flash of the wrong one.
(function () {
  "use strict";
  const root = document.documentElement;
  const read = (name) => {
    try { return localStorage.getItem(name); } catch { return null; }
  };
  function apply() {
    const choice = read("denghuo.theme") || "auto";
    const dark = choice === "dark" || (choice === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
    root.dataset.bsTheme = dark ? "dark" : "light";
    root.dataset.theme = choice === "contrast" ? "contrast" : dark ? "dark" : "light";
    root.toggleAttribute("data-large", read("denghuo.large") === "1");
    root.toggleAttribute("data-folded", read("denghuo.folded") === "1");
    dispatchEvent(new Event("denghuo:theme"));
  }
  apply();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
  globalThis.denghuoTheme = {
    choice: () => read("denghuo.theme") || "auto",
    set(name, value) {
      try { localStorage.setItem(name, value); } catch { /* private window: the choice lasts for this page */ }
      apply();
    },
    flag: (name) => read(name) === "1",
  };
})();
