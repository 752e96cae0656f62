// Nothing typed is lost: forms with data-draft="key" are kept in this browser at once and on the server a moment later,
// until the server has taken them; another device or a new browser finds them again.
(function () {
  "use strict";
  const DAYS = 7 * 24 * 3600 * 1000;
  const prefix = () => `denghuo.draft.${document.body.dataset.user || ""}.`;
  const keyOf = (form) => prefix() + form.dataset.draft;
  const read = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
  const write = (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* private window */ } };
  const forget = (key) => { try { localStorage.removeItem(key); } catch { /* private window */ } };
  const kept = (field) => field.name && field.name !== "csrfmiddlewaretoken" && !["password", "file", "hidden", "submit", "button"].includes(field.type) && !("draftSkip" in field.dataset);
  const valuesOf = (form) => [...form.elements].filter(kept).map((field) => [field.name, ["checkbox", "radio"].includes(field.type) ? field.checked : field.value]);
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const dirty = new Set();

  // ---- the server's copy ----
  const address = () => document.body.dataset.drafts || "";
  const token = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
  function send(place, content, last) {
    if (!address() || !place) return Promise.resolve();
    const body = new URLSearchParams({ place, content });
    return fetch(address(), { method: "POST", headers: { "X-CSRFToken": token() }, body, keepalive: Boolean(last) }).catch(() => { /* offline: this browser has it */ });
  }
  async function fetchDrafts(forms) {
    if (!address() || !forms.length) return {};
    const query = forms.map((form) => `place=${encodeURIComponent(form.dataset.draft)}`).join("&");
    try {
      const answer = await fetch(`${address()}?${query}`, { headers: { Accept: "application/json" } });
      return answer.ok && !answer.redirected ? await answer.json() : {};
    } catch {
      return {};
    }
  }

  function put(form, values) {
    [...form.elements].filter(kept).forEach((field, index) => {
      const [name, value] = values[index] || [];
      if (name !== field.name) return;
      if (["checkbox", "radio"].includes(field.type)) field.checked = value;
      else field.value = value;
    });
  }
  function offer(form, draft) {
    const refused = form.querySelector("[aria-invalid=true], .callout-danger");
    if (!draft || refused || Date.now() - draft.at > DAYS || same(draft.values, form.denghuoInitial)) return;
    put(form, draft.values);
    dirty.add(form);
    form.closest("details")?.setAttribute("open", "");
    form.querySelector(".draft-notice")?.remove();
    const notice = document.getElementById("draft-notice").content.firstElementChild.cloneNode(true);
    form.prepend(notice);
    notice.querySelector("[data-draft-discard]").addEventListener("click", () => {
      put(form, form.denghuoInitial);
      forget(keyOf(form));
      send(form.dataset.draft, "");
      dirty.delete(form);
      notice.remove();
    });
    form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true }));
  }
  async function start(root) {
    const forms = [...root.querySelectorAll("form[data-draft]")];
    if (root.matches?.("form[data-draft]")) forms.push(root);
    for (const form of forms) {
      form.denghuoInitial = valuesOf(form);
      offer(form, read(keyOf(form)));
    }
    const away = forms.filter((form) => form.dataset.draft && !sentHere.has(form.dataset.draft));
    const theirs = await fetchDrafts(away);
    for (const form of away) {
      const draft = theirs[form.dataset.draft], ours = read(keyOf(form));
      if (draft && form.isConnected && !dirty.has(form) && draft.at > (ours?.at || 0)) offer(form, draft);
    }
  }
  const timers = new WeakMap();
  const later = new WeakMap();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-draft]");
    if (!form) return;
    dirty.add(form);
    clearTimeout(timers.get(form));
    clearTimeout(later.get(form));
    timers.set(form, setTimeout(() => write(keyOf(form), { at: Date.now(), values: valuesOf(form) }), 300));
    later.set(form, setTimeout(() => send(form.dataset.draft, JSON.stringify(valuesOf(form))), 1500));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.matches("form[data-draft]")) {
      clearTimeout(timers.get(form));
      clearTimeout(later.get(form));
      dirty.delete(form);
      write(keyOf(form), { at: Date.now(), values: valuesOf(form), sent: true });
    } else if (form.querySelector("[data-testid=sign-out]")) {
      Object.keys(localStorage).filter((key) => key.startsWith(prefix())).forEach(forget);
      dirty.clear();
    }
  });
  addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
  });
  addEventListener("pagehide", () => {
    for (const form of dirty) if (form.isConnected) send(form.dataset.draft, JSON.stringify(valuesOf(form)), true);
  });

  // what was sent and answered with a page is with the server now; going back after a failure finds it again
  const sentHere = new Set();
  const came = performance.getEntriesByType("navigation")[0]?.type;
  if (came !== "back_forward") {
    Object.keys(localStorage).filter((key) => key.startsWith(prefix()) && read(key)?.sent).forEach((key) => {
      const place = key.slice(prefix().length);
      sentHere.add(place);
      forget(key);
      send(place, "");
    });
  }
  document.addEventListener("htmx:load", (event) => start(event.detail.elt));
})();
