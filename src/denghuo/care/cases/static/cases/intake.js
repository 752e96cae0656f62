// One page of a call, by the keyboard: Enter in the search takes the first caller, Alt+1…9 the kind, Ctrl+Enter sends.
(function () {
  "use strict";
  const form = () => document.querySelector("[data-intake]");
  document.addEventListener("keydown", (event) => {
    if (!form()) return;
    if (event.key === "Enter" && event.target.matches("[data-caller-search]")) {
      event.preventDefault();
      document.querySelector("#callers [data-caller]")?.click();
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form().contains(event.target)) {
      event.preventDefault();
      form().requestSubmit();
    }
    if (event.altKey && /^[1-9]$/.test(event.key)) {
      const kinds = form().querySelectorAll("[name=kind]");
      const chosen = kinds[Number(event.key) - 1];
      if (chosen) { event.preventDefault(); chosen.click(); chosen.focus(); }
    }
  });
  // The caller who was chosen goes into the form; what was typed stays.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-caller]");
    if (!button || !form()) return;
    form().querySelector("[name=who]").value = button.dataset.caller;
    for (const [name, value] of [["caller_name", button.dataset.name], ["caller_phone", button.dataset.phone], ["address", button.dataset.address]]) {
      const field = form().querySelector(`[name=${name}]`);
      if (field && !field.value) field.value = value || "";
    }
    for (const other of document.querySelectorAll("[data-caller]")) other.setAttribute("aria-pressed", String(other === button));
    form().querySelector("[name=text]").focus();
    form().dispatchEvent(new Event("caller", { bubbles: true }));
  });
  // An answer that is ready goes into the field; it can be changed before it is sent.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-template]");
    const field = button?.closest("form")?.querySelector("[name=answer]");
    if (field) { field.value = button.dataset.template; field.dispatchEvent(new Event("input", { bubbles: true })); field.focus(); }
  });
})();
