// The shell: menus, palette, dialogs, personal data, drawer, notes. One listener per event; content may come and go.
(function () {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const text = (name) => byId("texts")?.dataset[name] || "";
  const token = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";

  // ---- notes ----
  function note(message, tone) {
    const element = byId("toast-template").content.firstElementChild.cloneNode(true);
    element.className = `note note-${tone || "info"}`;
    element.querySelector(".note-text").textContent = message;
    byId("toasts").append(element);
    if (tone !== "error" && tone !== "danger") setTimeout(() => element.remove(), 6000);
  }
  document.querySelectorAll("#toasts .note-success, #toasts .note-info").forEach((element) => setTimeout(() => element.remove(), 8000));
  addEventListener("toast", (event) => note(event.detail.text || event.detail.value, event.detail.tone));
  document.addEventListener("htmx:responseError", (event) => {
    const answer = event.detail.xhr;
    if (!answer.getResponseHeader("HX-Redirect")) note(text("requestFailed"), "error");
  });
  document.addEventListener("htmx:sendError", () => note(text("offline"), "error"));

  // ---- asking: confirmation, reason, a name ----
  function ask({ title = "", message = "", label = "", reason = false, required = true, value = "", danger = false, button = "" }) {
    const dialog = byId("ask"), field = byId("ask-reason"), error = byId("ask-error"), ok = byId("ask-ok");
    byId("ask-title").textContent = title || message;
    byId("ask-text").textContent = title ? message : "";
    const caption = field.parentElement.querySelector(".form-label");
    caption.dataset.text ||= caption.textContent;
    caption.textContent = label || caption.dataset.text;
    field.parentElement.hidden = !reason;
    field.value = value;
    field.rows = label ? 1 : 3;
    error.hidden = true;
    ok.textContent = button || ok.dataset.label;
    ok.className = `btn ${danger ? "btn-danger" : "btn-primary"}`;
    dialog.showModal();
    (reason ? field : danger ? dialog.querySelector("[data-ask-cancel]") : ok).focus();
    return new Promise((resolve) => {
      const form = dialog.querySelector("form");
      form.onsubmit = (event) => {
        if (reason && required && !field.value.trim()) {
          event.preventDefault();
          error.textContent = text("reasonMissing");
          error.hidden = false;
          field.focus();
        } else {
          dialog.returnValue = "ok";
        }
      };
      dialog.onclose = () => resolve(dialog.returnValue === "ok" ? { reason: field.value.trim() } : null);
      dialog.returnValue = "";
    });
  }
  const wishOf = (element) => ({
    title: element.dataset.confirmTitle || "",
    message: element.dataset.confirm || "",
    reason: "confirmReason" in element.dataset,
    danger: "confirmDanger" in element.dataset,
    button: element.dataset.confirmLabel || (element.matches("button") ? element.textContent.trim() : ""),
  });
  const ASKS = "[data-confirm], [data-confirm-reason]";
  document.addEventListener("submit", async (event) => {
    const form = event.target, button = event.submitter;
    const asking = button?.matches(ASKS) ? button : form.matches(ASKS) ? form : null;
    if (!asking || form.dataset.confirmed) { delete form.dataset.confirmed; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    const answer = await ask(wishOf(asking));
    if (!answer) return;
    if ("confirmReason" in asking.dataset) {
      form.querySelector("input[type=hidden][name=reason]")?.remove();
      const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: "reason", value: answer.reason });
      form.append(hidden);
    }
    form.dataset.confirmed = "1";
    form.requestSubmit(button);
  }, true);
  document.addEventListener("htmx:confirm", async (event) => {
    const element = event.detail.elt;
    if (!element.matches(ASKS) || element.matches("form")) return;
    event.preventDefault();
    const answer = await ask(wishOf(element));
    if (!answer) return;
    element.denghuoReason = answer.reason;
    event.detail.issueRequest(true);
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const reason = event.detail.elt.denghuoReason;
    if (reason) event.detail.parameters.set ? event.detail.parameters.set("reason", reason) : (event.detail.parameters.reason = reason);
  });

  // ---- personal data ----
  async function reveal(button) {
    const answer = await ask({ title: text("revealTitle"), message: text("revealText"), reason: true });
    if (!answer) return;
    try {
      const response = await fetch(button.dataset.reveal, {
        method: "POST",
        headers: { "X-CSRFToken": token(), "HX-Request": "true" },
        body: new URLSearchParams({ reason: answer.reason }),
      });
      const body = new DOMParser().parseFromString(await response.text(), "text/html").body.textContent.trim();
      if (!response.ok) return note(response.status < 500 && body.length < 200 && body ? body : text("requestFailed"), "error");
      const holder = button.closest("[data-masked]");
      holder.querySelector("[data-masked-text]").textContent = body;
      button.remove();
    } catch {
      note(text("offline"), "error");
    }
  }

  // ---- the drawer ----
  function openDrawer(button) {
    const drawer = byId("drawer");
    byId("drawer-title").textContent = button.dataset.drawerTitle || button.textContent.trim();
    byId("drawer-body").replaceChildren();
    tabler.Offcanvas.getOrCreateInstance(drawer).show();
    htmx.ajax("GET", button.dataset.drawerUrl, { target: "#drawer-body", swap: "innerHTML" });
  }
  document.addEventListener("hidden.bs.offcanvas", (event) => {
    if (event.target.id === "drawer") byId("drawer-body").replaceChildren(); // ends the polling inside
  });

  // ---- the menu on the left ----
  function side(open) {
    const panel = byId("side");
    if (!panel) return;
    panel.classList.toggle("open", open);
    document.querySelector(".side-veil").hidden = !open;
    document.querySelector("[data-side-open]").setAttribute("aria-expanded", String(open));
    if (open) panel.querySelector("a, button").focus();
    else if (panel.contains(document.activeElement)) document.querySelector("[data-side-open]").focus();
  }
  document.querySelector(".side-link.active")?.scrollIntoView({ block: "nearest" });
  function showFold() {
    const folded = document.documentElement.hasAttribute("data-folded");
    document.querySelector("[data-side-fold]")?.setAttribute("aria-expanded", String(!folded));
  }

  // ---- theme and type size ----
  function showTheme() {
    document.querySelectorAll("[data-theme-choice]").forEach((item) => item.setAttribute("aria-pressed", String(item.dataset.themeChoice === denghuoTheme.choice())));
    document.querySelectorAll("[data-large-type]").forEach((item) => item.setAttribute("aria-pressed", String(denghuoTheme.flag("denghuo.large"))));
    showFold();
  }
  addEventListener("denghuo:theme", showTheme);
  showTheme();

  // ---- the search palette ----
  const palette = byId("palette"), typed = byId("palette-input"), hits = byId("palette-hits");
  const options = () => [...hits.querySelectorAll(".hit")];
  function openPalette() {
    if (!palette || palette.open) return;
    palette.showModal();
    typed.select();
  }
  function choose(step) {
    const list = options();
    if (!list.length) return;
    const now = list.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
    const next = (now + step + list.length + (now < 0 && step < 0 ? 1 : 0)) % list.length;
    list.forEach((hit, index) => hit.setAttribute("aria-selected", String(index === next)));
    typed.setAttribute("aria-activedescendant", list[next].id);
    list[next].scrollIntoView({ block: "nearest" });
  }
  typed?.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !event.isComposing) {
      const chosen = hits.querySelector("[aria-selected=true]");
      if (chosen) {
        event.preventDefault();
        location.assign(chosen.href);
      } else if (!typed.value.trim()) {
        event.preventDefault();
      }
    }
  });
  hits?.addEventListener("htmx:afterSwap", () => {
    options().forEach((hit, index) => { hit.id = `palette-hit-${index}`; });
    typed.setAttribute("aria-expanded", String(options().length > 0));
    typed.removeAttribute("aria-activedescendant");
  });
  palette?.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });

  // ---- keys and clicks ----
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if ((event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !typing && !event.ctrlKey && !event.altKey)) {
      if (!palette) return;
      event.preventDefault();
      openPalette();
    } else if (event.key === "Escape" && byId("side")?.classList.contains("open")) {
      side(false);
    }
  });
  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest(selector);
    let found;
    if ((found = on("[data-theme-choice]"))) denghuoTheme.set("denghuo.theme", found.dataset.themeChoice);
    else if (on("[data-large-type]")) denghuoTheme.set("denghuo.large", denghuoTheme.flag("denghuo.large") ? "0" : "1");
    else if (on("[data-side-fold]")) denghuoTheme.set("denghuo.folded", denghuoTheme.flag("denghuo.folded") ? "0" : "1");
    else if (on("[data-side-open]")) side(true);
    else if (on("[data-side-close]")) side(false);
    else if (on("[data-palette-open]")) openPalette();
    else if ((found = on("[data-toast-close]"))) found.closest("[data-toast]").remove();
    else if (on("[data-ask-cancel]")) byId("ask").close("");
    else if ((found = on("[data-reveal]"))) reveal(found);
    else if ((found = on("[data-drawer-url]"))) openDrawer(found);
    else if ((found = on("[data-print]"))) print();
    else if ((found = on("[data-copy]"))) navigator.clipboard?.writeText(found.dataset.copy).then(() => note(text("copied"), "success"));
    else if ((found = on("[data-expand]"))) {
      const target = byId(found.dataset.expand);
      target.hidden = !target.hidden;
      found.setAttribute("aria-expanded", String(!target.hidden));
    }
  });

  globalThis.denghuo = { ask, note, text, token };
})();
