// The words of the terminal, delivered with the page in the language of the person.
const words = JSON.parse(document.getElementById("texts").textContent);
export const addresses = JSON.parse(document.getElementById("addresses").textContent);

export function t(key, facts = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
}

const two = (number) => String(number).padStart(2, "0");

export function moment(text) {
  if (!text) return "";
  const at = new Date(text);
  return `${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function today() {
  const at = new Date();
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
