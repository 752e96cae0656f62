// The counter: number ↵ amount ↵ F2 cash / F3 code ↵ → receipt. The basket lives here until it is booked; its key is made here.
(function () {
  "use strict";
  const till = document.getElementById("till");
  if (!till) return;
  const one = (selector, root) => (root || till).querySelector(selector);
  const all = (selector, root) => [...(root || till).querySelectorAll(selector)];
  const number = one("[data-till-number]"), rows = one("#till-rows"), choices = one("#till-choices");
  const error = one("#till-error"), book = one("[data-till-book]"), given = one("#till-tendered");
  const draftKey = `denghuo.draft.${document.body.dataset.user || ""}.till`;
  let waiting = 0, busy = false;

  // ---- money: fen as integers, no fractions of a float ----
  function fen(text) {
    const match = /^\s*(\d{1,11})(?:\.(\d{0,2}))?\s*$/.exec(String(text).replace(/[,，]/g, ""));
    return match ? Number(match[1]) * 100 + Number((match[2] || "").padEnd(2, "0")) : String(text).trim() ? NaN : 0;
  }
  const yuan = (value) => (value < 0 ? "−" : "") + Math.floor(Math.abs(value) / 100).toLocaleString("en-US") + "." + String(Math.abs(value) % 100).padStart(2, "0");
  const plain = (value) => `${Math.floor(value / 100)}.${String(value % 100).padStart(2, "0")}`;
  const amounts = () => all("[data-till-amount]");
  const total = () => amounts().reduce((sum, field) => sum + fen(field.value), 0);
  function newKey() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // ---- what is shown ----
  function complain(text) {
    error.textContent = text || "";
    error.hidden = !text;
  }
  function refresh() {
    const sum = total();
    one("[data-till-total]").textContent = Number.isNaN(sum) ? "–" : yuan(sum);
    const change = fen(given.value) - sum;
    one("[data-till-change]").textContent = Number.isNaN(change) || !given.value.trim() ? "–" : yuan(change);
    amounts().forEach((field) => field.toggleAttribute("aria-invalid", Number.isNaN(fen(field.value))));
    document.getElementById("till-empty").hidden = rows.children.length > 0;
    keep();
  }
  function keep() {
    const basket = { at: Date.now(), key: till.elements.key.value, channel: till.elements.channel.value, rows: all("[data-row]").map((row) => [row.dataset.row, one("[data-till-amount]", row).value]) };
    try {
      if (basket.rows.length) localStorage.setItem(draftKey, JSON.stringify(basket));
      else localStorage.removeItem(draftKey);
    } catch { /* private window */ }
  }

  // ---- rows ----
  async function fetched(query) {
    const answer = await fetch(`${till.dataset.find}?${query}`, { headers: { "HX-Request": "true" } });
    if (answer.status !== 404 && !answer.ok) throw new Error(answer.status);
    return new DOMParser().parseFromString(await answer.text(), "text/html").body;
  }
  function adopt(body) {
    let last = null;
    for (const row of all("[data-row]", body)) {
      const known = one(`[data-row="${row.dataset.row}"]`, rows);
      if (known) complain(till.dataset.textOne);
      else rows.append(document.adoptNode(row));
      last = known || row;
    }
    refresh();
    return last;
  }
  function focusAmount(row) {
    const field = one("[data-till-amount]", row);
    field.focus();
    field.select();
  }
  async function look() {
    const typed = number.value.trim();
    if (!typed || busy) return;
    busy = true;
    complain("");
    try {
      const body = await fetched(new URLSearchParams({ q: typed }));
      const row = adopt(body);
      choices.replaceChildren(...(row ? [] : [...body.childNodes].map((node) => document.adoptNode(node))));
      if (row) {
        number.value = "";
        focusAmount(row);
      } else {
        (one("[data-till-pick]", choices) || number).focus();
        if (!one("[data-till-pick]", choices)) number.select();
      }
    } catch {
      complain(denghuo.text("offline"));
    } finally {
      busy = false;
    }
  }
  async function pick(ids) {
    const query = new URLSearchParams();
    ids.split(",").forEach((id) => query.append("account", id));
    const row = adopt(await fetched(query));
    choices.replaceChildren();
    number.value = "";
    if (row) focusAmount(row);
  }

  // ---- how it is paid ----
  function way(name) {
    complain("");
    clearTimeout(waiting);
    if (!rows.children.length) { complain(till.dataset.textNone); number.focus(); return; }
    till.elements.channel.value = name === "code" ? "" : name;
    all("[data-pane]").forEach((pane) => { pane.hidden = pane.dataset.pane !== name; });
    all("button[data-way]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.way === name)));
    book.hidden = name === "code";
    if (name === "cash") given.value = plain(total() || 0);
    refresh();
    const field = one(`[data-pane="${name}"] input`);
    if (field) { field.focus(); field.select(); }
    if (name === "code") code(one("[data-provider]")?.dataset.provider);
  }
  async function code(channel) {
    if (!channel) return;
    clearTimeout(waiting);
    all("[data-provider]").forEach((tab) => tab.setAttribute("aria-pressed", String(tab.dataset.provider === channel)));
    const data = new FormData(till);
    data.set("channel", channel);
    const place = one("#till-code");
    try {
      const answer = await fetch(till.dataset.code, { method: "POST", body: data, headers: { "X-CSRFToken": denghuo.token() } });
      if (answer.status === 422) { complain((await answer.json()).error); return; }
      if (!answer.ok) throw new Error(answer.status);
      const body = new DOMParser().parseFromString(await answer.text(), "text/html").body;
      place.replaceChildren(...[...body.childNodes].map((node) => document.adoptNode(node)));
      watch(one("[data-code-state]", place).dataset.codeState);
    } catch {
      complain(till.dataset.textKey);
    }
  }
  function watch(url) {
    waiting = setTimeout(async () => {
      try {
        const state = await (await fetch(url)).json();
        if (state.receipt) { done(state.receipt); return; }
        if (state.state === "closed") { one("#till-code").replaceChildren(); complain(state.reason || till.dataset.textClosed); return; }
      } catch { /* asked again in two seconds */ }
      watch(url);
    }, 2000);
  }
  function done(url) {
    try { localStorage.removeItem(draftKey); } catch { /* private window */ }
    location.assign(url);
  }
  async function send() {
    if (busy) return;
    if (!till.elements.channel.value) { way("cash"); return; }
    busy = true;
    book.disabled = true;
    complain("");
    try {
      const answer = await fetch(till.action, { method: "POST", body: new FormData(till), headers: { "X-CSRFToken": denghuo.token() } });
      if (answer.status !== 422 && !answer.ok) throw new Error(answer.status);
      const said = await answer.json();
      if (said.receipt) { done(said.receipt); return; }
      complain(said.error);
    } catch {
      complain(till.dataset.textKey);
    }
    busy = false;
    book.disabled = false;
  }

  // ---- keys ----
  const WAYS = { F2: "cash", F3: "code", F4: "card", F6: "cheque" };
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (WAYS[event.key]) {
      event.preventDefault();
      const button = one(`button[data-way="${WAYS[event.key]}"]`);
      if (!button.disabled) way(WAYS[event.key]);
    } else if (event.key === "Escape") {
      choices.replaceChildren();
      number.focus();
      number.select();
    }
  });
  till.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.target.matches("button, a")) return;
    event.preventDefault();
    if (event.target === number) look();
    else if (event.target.matches("[data-till-amount]")) { complain(""); number.focus(); }
    else if (event.target.matches("[data-till-last]")) send();
    else { const fields = all("input:not([type=hidden])").filter((field) => field.offsetParent); fields[fields.indexOf(event.target) + 1]?.focus(); }
  });
  till.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  till.addEventListener("input", refresh);
  till.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest(selector);
    let found;
    if ((found = on("button[data-way]"))) way(found.dataset.way);
    else if ((found = on("[data-till-pick]"))) pick(found.dataset.tillPick);
    else if ((found = on("[data-provider]"))) code(found.dataset.provider);
    else if ((found = on("[data-till-remove]"))) { found.closest("[data-row]").remove(); refresh(); number.focus(); }
  });

  // ---- begin: a basket that was begun before comes back with its key, so nothing is booked twice ----
  async function begin() {
    till.elements.key.value = newKey();
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(draftKey)); } catch { /* none */ }
    if (kept?.rows?.length && Date.now() - kept.at < 12 * 3600 * 1000) {
      const query = new URLSearchParams();
      kept.rows.forEach(([id]) => query.append("account", id));
      const body = await fetched(query).catch(() => null);
      if (body) {
        till.elements.key.value = kept.key;
        adopt(body);
        kept.rows.forEach(([id, amount]) => { const field = one(`[name="amount-${id}"]`); if (field) field.value = amount; });
        denghuo.note(till.dataset.textRestored, "info");
        refresh();
      }
    } else if (till.dataset.first) {
      number.value = till.dataset.first;
      await look();
      return;
    }
    number.focus();
  }
  begin();
})();
