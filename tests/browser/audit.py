"""What a page must offer to everybody: names, labels, targets big enough, nothing wider than the screen."""

from __future__ import annotations

_AUDIT = r"""
() => {
  const problems = [];
  const shown = (e) => e.checkVisibility({ checkOpacity: false, checkVisibilityCSS: true }) && e.getClientRects().length > 0;
  const say = (what, e) => problems.push(`${what}: ${e.outerHTML.slice(0, 160)}`);
  const text = (id) => document.getElementById(id)?.textContent.trim() || "";
  const name = (e) => (e.getAttribute("aria-label") || "").trim()
    || (e.getAttribute("aria-labelledby") || "").split(" ").map(text).join(" ").trim()
    || [...(e.labels || [])].map((l) => l.textContent.trim()).join(" ")
    || e.textContent.trim() || e.title || e.alt || (e.matches("input[type=submit], input[type=button]") ? e.value : "");
  for (const e of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, [role=button], [role=img]"))
    if (shown(e) && !name(e)) say("no name", e);
  for (const e of document.querySelectorAll("img:not([alt])")) say("image without alt", e);
  const ids = new Map();
  for (const e of document.querySelectorAll("[id]")) ids.set(e.id, (ids.get(e.id) || 0) + 1);
  for (const [id, count] of ids) if (count > 1) problems.push(`id ${id} used ${count} times`);
  for (const attribute of ["aria-labelledby", "aria-describedby", "aria-controls", "for"])
    for (const e of document.querySelectorAll(`[${attribute}]`))
      for (const id of e.getAttribute(attribute).split(" ")) if (id && !document.getElementById(id)) say(`${attribute} ${id} leads nowhere`, e);
  if (document.querySelectorAll("h1").length !== 1) problems.push(`${document.querySelectorAll("h1").length} h1`);
  if (document.querySelectorAll("main").length !== 1) problems.push("not one main");
  if (!document.documentElement.lang) problems.push("no language");
  for (const e of document.querySelectorAll("button, [role=button], select, input:not([type=hidden]):not([type=checkbox]):not([type=radio])")) {
    const box = e.getBoundingClientRect();
    if (shown(e) && (box.width < 24 || box.height < 24) && box.width > 1) say(`target ${box.width.toFixed(0)}×${box.height.toFixed(0)}`, e);
  }
  if (document.documentElement.scrollWidth > innerWidth) problems.push(`page is ${document.documentElement.scrollWidth} wide on ${innerWidth}`);
  for (const e of document.querySelectorAll("[style]")) if (!e.closest("[data-chart], .dropdown-menu, .offcanvas, body[style]")) say("inline style", e);
  return problems;
}
"""


def problems(page) -> list[str]:
    """Everything on the page that keeps somebody out; empty when all is well. Waits for a page that is still coming."""
    page.wait_for_load_state("load")
    page.locator("main h1").first.wait_for()
    return page.evaluate(_AUDIT)
