// Reading lists without a network: a route, a meter, its checks on the phone, and what to do when it cannot be read.
import { judge } from "./checks.js";
import { badge, empty, facts, h, note } from "./dom.js";
import { photos } from "./fields.js";
import { show } from "./form.js";
import { enqueue } from "./net.js";
import { all, get, meta, put, queue } from "./store.js";
import { t, today } from "./texts.js";

const REASONS = ["nobody", "locked", "display", "damaged", "danger", "other"];

// What the queue says about each meter of a cycle.
async function pending(cycle) {
  const found = new Map();
  for (const item of await queue()) {
    if (item.point && item.cycle === cycle) found.set(item.point, item);
  }
  return found;
}

const done = (stop, item) => Boolean(stop.entered) || (item && item.state !== "refused");

export async function lists() {
  const routes = await all("routes");
  if (!routes.length) return empty(t("no_routes"), t("no_routes_text"));
  const rows = await Promise.all(routes.map(async (route) => {
    const items = await pending(route.cycle);
    const count = route.stops.filter((stop) => done(stop, items.get(stop.point))).length;
    return h("a", { class: "card task", href: `#/route/${route.id}`, "data-testid": "route" },
      h("div", { class: "task-top" }, badge(route.cycle, "info"), h("span", { class: "quiet num" }, route.code)),
      h("strong", {}, route.name), h("progress", { max: route.stops.length || 1, value: count, "aria-label": t("read_count", { count, all: route.stops.length }) }),
      h("span", { class: "quiet num" }, t("read_count", { count, all: route.stops.length })));
  }));
  return h("div", {}, rows);
}

export async function route(id) {
  const found = await get("routes", Number(id));
  if (!found) return empty(t("no_routes"), t("no_routes_text"));
  const items = await pending(found.cycle);
  const rows = h("div", {});
  const search = h("input", { class: "form-control", type: "search", placeholder: t("find_meter"), "aria-label": t("find_meter"), oninput: draw });
  const open = h("input", { type: "checkbox", onchange: draw });

  function draw() {
    const text = search.value.trim();
    const shown = found.stops.filter((stop) =>
      (!open.checked || !done(stop, items.get(stop.point)))
      && (!text || [stop.asset_number, stop.number, stop.address].some((one) => one.includes(text))));
    rows.replaceChildren(...shown.map((stop) => line(found, stop, items.get(stop.point))));
  }

  draw();
  return h("div", {}, h("div", { class: "card pad" }, h("h2", {}, found.name), h("p", { class: "quiet num" }, `${found.code} · ${found.cycle}`),
    search, h("label", { class: "check" }, open, " ", t("only_open"))), rows);
}

function line(found, stop, item) {
  const mark = item ? badge(t(`outcome_${item.state}`), { waiting: "warning", conflict: "danger", refused: "danger" }[item.state] ?? "success")
    : stop.entered ? badge(t(stop.state === "held" ? "held" : "read"), stop.state === "held" ? "warning" : "success") : badge(t("open"), "neutral");
  return h("a", { class: "card task", href: `#/stop/${found.id}/${stop.point}`, "data-testid": "stop" },
    h("div", { class: "task-top" }, h("span", { class: "num quiet" }, stop.position), mark), h("strong", {}, stop.address), h("span", { class: "quiet num" }, `${stop.asset_number} · ${stop.name}`));
}

export async function stop(routeId, point) {
  const found = await get("routes", Number(routeId));
  const meter = found?.stops.find((one) => one.point === Number(point));
  if (!meter) return empty(t("no_routes"), t("no_routes_text"));
  const item = (await pending(found.cycle)).get(meter.point);
  const registers = meter.registers.map(({ name, label }) => [label, t("last_reading", { value: meter.previous[name] ?? "–", day: meter.previous_date ?? "" })]);
  const head = h("section", { class: "card pad" }, h("h2", {}, meter.address),
    facts([[t("customer"), meter.name], [t("supply_point"), meter.number], [t("meter"), meter.asset_number], [t("multiplier"), meter.multiplier > 1 ? `× ${meter.multiplier}` : ""], ...registers]));
  if (item && item.state !== "refused") {
    return h("div", {}, head, h("p", { class: "callout" }, item.words || t(item.state === "waiting" ? "kept_on_phone" : `outcome_${item.state}`)), h("a", { class: "btn btn-wide", href: `#/route/${found.id}` }, t("back")));
  }
  const told = item ? h("p", { class: "callout callout-danger" }, item.words) : meter.entered ? h("p", { class: "callout" }, t("read_before", { value: meter.entered.total ?? "" })) : null;
  return h("div", {}, head, told, await reading(found, meter, item), await unreadable(found, meter));
}

async function reading(found, meter, refused) {
  const key = `point:${meter.point}:${found.cycle}`;
  const limits = await meta("parameters");
  const values = (await get("drafts", key))?.values ?? { registers: { ...(refused?.payload.registers ?? {}) }, read_date: found.read_date, reason: "", photos: [] };
  const keep = () => put("drafts", { key, values });
  const verdict = h("div", { class: "verdict", "aria-live": "polite", "data-testid": "verdict" });
  const odd = h("div", { hidden: true },
    h("div", { class: "question" }, h("label", { for: "f-reason" }, t("why_odd"), h("span", { class: "must" }, "*")),
      h("input", { id: "f-reason", class: "form-control", maxlength: 200, value: values.reason, oninput: (event) => { values.reason = event.target.value; keep(); } }), h("p", { class: "wrong", "data-wrong": "reason", hidden: true })),
    h("fieldset", { class: "question" }, h("legend", {}, t("photo_of_meter"), limits.odd_needs_photo ? h("span", { class: "must" }, "*") : null), photos("meter", values.photos, 3, keep), h("p", { class: "wrong", "data-wrong": "photos", hidden: true })));

  function look() {
    const started = Object.values(values.registers).some((text) => String(text).trim());
    const checked = judge(meter, values.registers, values.read_date, limits);
    odd.hidden = !checked.odd.length;
    verdict.replaceChildren(...(started ? said(checked) : []));
    return checked;
  }

  const boxes = meter.registers.map(({ name, label }) =>
    h("div", { class: "question" }, h("label", { for: `r-${name}` }, label),
      h("input", { id: `r-${name}`, name, class: "form-control num big", inputmode: "decimal", autocomplete: "off", value: values.registers[name] ?? "", oninput: (event) => { values.registers[name] = event.target.value; keep(); look(); } }),
      h("p", { class: "wrong", "data-wrong": name, hidden: true })));
  const root = h("form", { class: "card pad form", novalidate: true, "data-testid": "reading", onsubmit: send }, boxes,
    h("div", { class: "question" }, h("label", { for: "f-day" }, t("reading_date")), h("input", { id: "f-day", type: "date", class: "form-control", max: today(), value: values.read_date, onchange: (event) => { values.read_date = event.target.value; keep(); look(); } })),
    verdict, odd, h("button", { class: "btn btn-primary btn-wide", "data-testid": "save-reading" }, t("save_reading")));
  look();

  async function send(event) {
    event.preventDefault();
    const checked = look();
    const wrong = Object.fromEntries(checked.errors.map(([name, code]) => [name, t(code)]));
    if (checked.odd.length && !values.reason.trim()) wrong.reason = t("is_missing");
    if (checked.odd.length && limits.odd_needs_photo && !values.photos.length) wrong.photos = t("is_missing");
    show(wrong, root);
    if (Object.keys(wrong).length) return;
    const registers = Object.fromEntries(meter.registers.map(({ name }) => [name, String(values.registers[name]).trim().replace(/[,，]/g, "")]));
    await hand(found, meter, key, refused, "reading", { registers, asset_number: meter.asset_number, read_date: values.read_date, odd: checked.odd, reason: values.reason.trim() }, values.photos);
  }
  return root;
}

function said(checked) {
  const rows = checked.odd.map((code) => h("p", { class: "callout callout-warning" }, t(`odd_${code}`)));
  if (checked.used_kwh !== null && !checked.errors.length) {
    rows.push(h("p", { class: "num" }, t("used", { used: checked.used_kwh }), checked.usual_kwh === null ? "" : ` · ${t("usual", { usual: checked.usual_kwh })}`));
  }
  return rows;
}

async function hand(found, meter, key, refused, act, payload, photoIds) {
  await enqueue(
    { act, point: meter.point, cycle: found.cycle, title: meter.address, payload: { ...payload, title: meter.address, cycle: found.cycle, photos: photoIds }, photos: photoIds },
    [["drafts", null, key], ...(refused ? [["queue", null, refused.id]] : [])],
  );
  note(t("saved"), "success");
  const items = await pending(found.cycle);
  const following = found.stops.find((one) => one.position > meter.position && !done(one, items.get(one.point)));
  location.hash = following ? `#/stop/${found.id}/${following.point}` : `#/route/${found.id}`;
}

async function unreadable(found, meter) {
  const key = `unread:${meter.point}:${found.cycle}`;
  const values = (await get("drafts", key))?.values ?? { code: "", text: "", photos: [], estimate: false };
  const keep = () => put("drafts", { key, values });
  const root = h("details", { class: "card pad" }, h("summary", {}, t("cannot_read")),
    h("form", { class: "form", novalidate: true, onsubmit: send },
      h("div", { class: "choices" }, REASONS.map((code) => h("label", { class: "choice" }, h("input", { type: "radio", name: "why", value: code, checked: values.code === code, onchange: () => { values.code = code; keep(); } }), h("span", {}, t(`why_${code}`))))),
      h("p", { class: "wrong", "data-wrong": "why", hidden: true }),
      h("input", { class: "form-control", placeholder: t("remark"), "aria-label": t("remark"), maxlength: 150, value: values.text, oninput: (event) => { values.text = event.target.value; keep(); } }),
      photos("unread", values.photos, 3, keep),
      h("label", { class: "check" }, h("input", { type: "checkbox", checked: values.estimate, onchange: (event) => { values.estimate = event.target.checked; keep(); } }), " ", t("estimate")),
      h("button", { class: "btn btn-wide" }, t("save_unread"))));

  async function send(event) {
    event.preventDefault();
    show(values.code ? {} : { why: t("is_missing") }, root);
    if (!values.code) return;
    const reason = [t(`why_${values.code}`), values.text.trim()].filter(Boolean).join("：");
    await hand(found, meter, key, null, "not_read", { read_date: found.read_date, reason, why: values.code, estimate: values.estimate }, values.photos);
  }
  return root;
}
