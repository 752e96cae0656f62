// Elements without templates: h("button", {class: "btn", onclick: save}, "Save").
const SVG = "http://www.w3.org/2000/svg";

function build(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else if (name === "checked") element.checked = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const h = (tag, props, ...children) => build(document.createElement(tag), props, children);
export const s = (tag, props, ...children) => build(document.createElementNS(SVG, tag), props, children);

export function note(text, tone = "info") {
  const box = h("div", { class: `note note-${tone}`, "data-testid": "note" }, text);
  document.getElementById("notes").append(box);
  setTimeout(() => box.remove(), tone === "danger" ? 9000 : 4500);
}

export function badge(label, tone = "neutral") {
  return h("span", { class: `tag tag-${tone}` }, label);
}

export function empty(title, text) {
  return h("section", { class: "card empty-card" }, h("strong", {}, title), h("p", { class: "quiet" }, text));
}

export function facts(rows) {
  const shown = rows.filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return h("dl", { class: "pairs" }, shown.map(([label, value]) => [h("dt", {}, label), h("dd", {}, value)]));
}
