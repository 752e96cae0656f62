// Lists: selection with its bar, chosen columns, saved views. Everything else is the server's work and in the URL.
(function () {
  "use strict";
  const storage = {
    get: (key) => { try { return JSON.parse(localStorage.getItem(key) || "[]"); } catch { return []; } },
    set: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* private window */ } },
  };

  // ---- selection ----
  let last = null;
  function showSelection(form) {
    const boxes = [...form.querySelectorAll("input[name=ids]")];
    const chosen = boxes.filter((box) => box.checked);
    boxes.forEach((box) => box.closest("tr").classList.toggle("selected", box.checked));
    form.querySelector("[data-bulk-bar]").hidden = chosen.length === 0;
    form.querySelector("[data-bulk-count]").textContent = chosen.length;
    const all = form.querySelector("[data-bulk-all]");
    all.checked = chosen.length > 0 && chosen.length === boxes.length;
    all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
  }
  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-bulk] input[name=ids]");
    const form = event.target.closest("[data-bulk]");
    if (box) {
      const boxes = [...form.querySelectorAll("input[name=ids]")];
      if (event.shiftKey && last && boxes.includes(last)) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
        boxes.slice(from, to + 1).forEach((item) => { item.checked = box.checked; });
      }
      last = box;
      showSelection(form);
    } else if (event.target.closest("[data-bulk-all]")) {
      form.querySelectorAll("input[name=ids]").forEach((item) => { item.checked = event.target.checked; });
      showSelection(form);
    } else if (event.target.closest("[data-bulk-clear]")) {
      form.querySelectorAll("input[name=ids]").forEach((item) => { item.checked = false; });
      showSelection(form);
    }
  });

  // ---- columns ----
  document.addEventListener("submit", (event) => {
    const chooser = event.target.closest("[data-columns]");
    if (chooser) {
      event.preventDefault();
      const chosen = [...chooser.querySelectorAll("input:checked")].map((box) => box.value);
      const url = new URL(location.href);
      url.searchParams.delete("columns");
      if (chosen.length) url.searchParams.set("columns", chosen.join(","));
      location.assign(url);
    }
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.matches?.("[data-filter-bar]")) return;
    const now = new URL(location.href).searchParams;
    const sent = event.detail.parameters;
    for (const name of ["sort", "columns"]) if (now.get(name)) sent.set ? sent.set(name, now.get(name)) : (sent[name] = now.get(name));
    for (const name of [...(sent.keys ? sent.keys() : Object.keys(sent))]) if (!(sent.get ? sent.get(name) : sent[name])) sent.delete ? sent.delete(name) : delete sent[name];
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.requestConfig?.elt?.matches?.("[data-scroll-top]")) document.getElementById("list")?.scrollIntoView({ block: "start" });
  });

  // ---- saved views ----
  const keyOf = (card) => `denghuo.views.${document.body.dataset.user || ""}.${card.dataset.list}`;
  function query() {
    const params = new URL(location.href).searchParams;
    for (const name of ["after", "before", "part", "export"]) params.delete(name);
    return params.toString();
  }
  function showViews(card) {
    const place = card.querySelector("[data-views-list]");
    if (!place) return;
    place.replaceChildren(...storage.get(keyOf(card)).map((view) => {
      const row = Object.assign(document.createElement("div"), { className: "view-row" });
      const link = Object.assign(document.createElement("a"), { className: "dropdown-item", href: `${card.dataset.list}?${view.query}`, textContent: view.name });
      const remove = Object.assign(document.createElement("button"), { type: "button", className: "icon-button", textContent: "×" });
      remove.dataset.viewRemove = view.name;
      remove.setAttribute("aria-label", `× ${view.name}`);
      row.append(link, remove);
      return row;
    }));
  }
  document.addEventListener("click", async (event) => {
    const card = event.target.closest("[data-list]");
    if (!card) return;
    if (event.target.closest("[data-view-save]")) {
      const answer = await denghuo.ask({ title: denghuo.text("savedView"), label: denghuo.text("savedView"), reason: true });
      if (!answer) return;
      const others = storage.get(keyOf(card)).filter((view) => view.name !== answer.reason);
      storage.set(keyOf(card), [...others, { name: answer.reason, query: query() }]);
      showViews(card);
    } else if (event.target.closest("[data-view-remove]")) {
      event.stopPropagation();
      const name = event.target.closest("[data-view-remove]").dataset.viewRemove;
      storage.set(keyOf(card), storage.get(keyOf(card)).filter((view) => view.name !== name));
      showViews(card);
    }
  });
  document.addEventListener("htmx:load", (event) => {
    const root = event.detail.elt;
    [...root.querySelectorAll("[data-list]"), ...(root.matches?.("[data-list]") ? [root] : [])].forEach(showViews);
  });
})();
