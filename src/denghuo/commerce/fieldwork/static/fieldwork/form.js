// A form from its description: {name, type, label, required, options, low, high, length, most, registers}.
import { h } from "./dom.js";
import { photos, signature } from "./fields.js";
import { canScan, scan } from "./scan.js";
import { t } from "./texts.js";

const NUMBER = /^-?\d{1,12}(\.\d{1,6})?$/;
const READING = /^\d{1,10}(\.\d{1,4})?$/;
const FILES = ["photo", "signature"];
const clean = (text) => String(text ?? "").trim().replace(/[,，]/g, "");

// `values` is changed in place while somebody types; `onchange` hears of it (for the draft).
export function fields(form, values, onchange) {
  return form.map((field) => {
    const set = (value) => {
      values[field.name] = value;
      onchange(values);
    };
    const grouped = ["choice", "yes_no", "photo", "signature", "register_values"].includes(field.type);
    const label = [field.label, field.required ? h("span", { class: "must", "aria-label": t("required") }, "*") : null];
    const wrong = h("p", { class: "wrong", id: `e-${field.name}`, "data-wrong": field.name, hidden: true });
    const control = CONTROLS[field.type](field, values, set);
    return grouped
      ? h("fieldset", { class: "question" }, h("legend", {}, label), control, wrong)
      : h("div", { class: "question" }, h("label", { for: `f-${field.name}` }, label), control, wrong);
  });
}

function input(field, values, set, props) {
  return h("input", {
    id: `f-${field.name}`, name: field.name, class: "form-control", autocomplete: "off", "aria-describedby": `e-${field.name}`,
    value: values[field.name] ?? "", oninput: (event) => set(event.target.value), ...props,
  });
}

function radios(field, values, set, options) {
  return h("div", { class: "choices" }, options.map(({ code, label }) =>
    h("label", { class: "choice" },
      h("input", { type: "radio", name: field.name, value: code, checked: values[field.name] === code, onchange: () => set(code) }),
      h("span", {}, label))));
}

// The ids of the pictures of a field, as a list that may be changed.
const list = (values, field) => (values[field.name] = [values[field.name] ?? []].flat());

const CONTROLS = {
  text: (field, values, set) => input(field, values, set, { maxlength: field.length }),
  long_text: (field, values, set) =>
    h("textarea", { id: `f-${field.name}`, name: field.name, class: "form-control", rows: 3, maxlength: field.length, "aria-describedby": `e-${field.name}`, value: values[field.name] ?? "", oninput: (event) => set(event.target.value) }),
  number: (field, values, set) => input(field, values, set, { inputmode: "decimal" }),
  date: (field, values, set) => input(field, values, set, { type: "date" }),
  choice: (field, values, set) => radios(field, values, set, field.options),
  yes_no: (field, values, set) => radios(field, values, set, [{ code: "yes", label: t("yes") }, { code: "no", label: t("no") }]),
  photo: (field, values, set) => photos(field.name, list(values, field), field.most, set),
  signature: (field, values, set) => signature(list(values, field), set),
  scan: (field, values, set) => {
    const box = input(field, values, set, { inputmode: "text" });
    const read = async () => {
      const text = await scan();
      if (text !== null) {
        box.value = text;
        set(text);
      }
    };
    return h("div", { class: "with-button" }, box, canScan() ? h("button", { type: "button", class: "btn", onclick: read }, t("scan")) : null);
  },
  register_values: (field, values, set) => {
    const registers = (values[field.name] ??= {});
    return h("div", { class: "registers" }, field.registers.map(({ name, label }) =>
      h("label", {}, h("span", {}, label),
        h("input", { class: "form-control num", inputmode: "decimal", autocomplete: "off", name: `${field.name}.${name}`, value: registers[name] ?? "",
          oninput: (event) => { registers[name] = event.target.value; set(registers); } }))));
  },
};

const isEmpty = (value) =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length)
  || (typeof value === "object" && !Array.isArray(value) && Object.values(value).every((one) => clean(one) === ""));

// What is wrong, by field; the same limits as the server, which decides.
export function problems(form, values) {
  const found = {};
  for (const field of form) {
    const value = values[field.name];
    if (isEmpty(value)) {
      if (field.required) found[field.name] = t("is_missing");
    } else if (field.type === "number") {
      if (!NUMBER.test(clean(value))) found[field.name] = t("no_number");
      else if (field.low !== null && Number(clean(value)) < Number(field.low)) found[field.name] = t("at_least", { low: field.low });
      else if (field.high !== null && Number(clean(value)) > Number(field.high)) found[field.name] = t("at_most", { high: field.high });
    } else if (field.type === "register_values") {
      if (Object.values(value).some((one) => clean(one) !== "" && !READING.test(clean(one)))) found[field.name] = t("no_number");
    }
  }
  return found;
}

export function show(wrong, root) {
  for (const box of root.querySelectorAll("[data-wrong]")) {
    box.textContent = wrong[box.dataset.wrong] ?? "";
    box.hidden = !box.textContent;
  }
  root.querySelector("[data-wrong]:not([hidden])")?.scrollIntoView({ block: "center" });
}

// The answers as they are sent, and the photos they name.
export function answers(form, values) {
  const found = {}, photoIds = [];
  for (const field of form) {
    const value = values[field.name];
    if (isEmpty(value)) continue;
    if (FILES.includes(field.type)) {
      found[field.name] = field.type === "photo" ? [...value] : value[0];
      photoIds.push(...value);
    } else if (field.type === "number") found[field.name] = clean(value);
    else if (field.type === "register_values") {
      found[field.name] = Object.fromEntries(Object.entries(value).map(([name, text]) => [name, clean(text)]).filter(([, text]) => text !== ""));
    } else found[field.name] = typeof value === "string" ? value.trim() : value;
  }
  return { found, photoIds };
}
