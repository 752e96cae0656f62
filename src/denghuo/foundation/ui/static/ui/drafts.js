// Nothing typed is lost: forms with data-draft="key" are kept in this browser until the server has taken them.
(function () {
  "use strict";
  const DAYS = 7 * 24 * 3600 * 1000;
  const prefix = () => `denghuo.draft.${document.body.dataset.user || ""}.`;
  const keyOf = (form) => prefix() + form.dataset.draft;
  const read = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
  const write = (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* private window */ } };
  const kept = (field) => field.name && field.name !== "csrfmiddlewaretoken" && !["password", "file", "hidden", "submit", "button"].includes(field.type) && !("draftSkip" in field.dataset);
  const valuesOf = (form) => [...form.elements].filter(kept).map((field) => [field.name, ["checkbox", "radio"].includes(field.type) ? field.checked : field.value]);
  const dirty = new Set();

  function put(form, values) {
    [...form.elements].filter(kept).forEach((field, index) => {
      const [name, value] = values[index] || [];
      if (name !== field.name) return;
      if (["checkbox", "radio"].includes(field.type)) field.checked = value;
      else field.value = value;
    });
  }
  function restore(form) {
    const draft = read(keyOf(form));
    form.denghuoInitial = valuesOf(form);
    const refused = form.querySelector("[aria-invalid=true], .callout-danger");
    if (!draft || refused || Date.now() - draft.at > DAYS) return;
    if (JSON.stringify(draft.values) === JSON.stringify(form.denghuoInitial)) return;
    put(form, draft.values);
    dirty.add(form);
    const notice = document.getElementById("draft-notice").content.firstElementChild.cloneNode(true);
    form.prepend(notice);
    notice.querySelector("[data-draft-discard]").addEventListener("click", () => {
      put(form, form.denghuoInitial);
      localStorage.removeItem(keyOf(form));
      dirty.delete(form);
      notice.remove();
    });
    form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true }));
  }
  function start(root) {
    root.querySelectorAll("form[data-draft]").forEach(restore);
    if (root.matches?.("form[data-draft]")) restore(root);
  }
  const timers = new WeakMap();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-draft]");
    if (!form) return;
    dirty.add(form);
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => write(keyOf(form), { at: Date.now(), values: valuesOf(form) }), 300));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.matches("form[data-draft]")) {
      clearTimeout(timers.get(form));
      dirty.delete(form);
      write(keyOf(form), { at: Date.now(), values: valuesOf(form), sent: true });
    } else if (form.querySelector("[data-testid=sign-out]")) {
      Object.keys(localStorage).filter((key) => key.startsWith(prefix())).forEach((key) => localStorage.removeItem(key));
      dirty.clear();
    }
  });
  addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
  });

  // what was sent and answered with a page is with the server now; going back after a failure finds it again
  const came = performance.getEntriesByType("navigation")[0]?.type;
  if (came !== "back_forward") {
    Object.keys(localStorage).filter((key) => key.startsWith(prefix()) && read(key)?.sent).forEach((key) => localStorage.removeItem(key));
  }
  document.addEventListener("htmx:load", (event) => start(event.detail.elt));
})();
