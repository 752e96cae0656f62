// My tasks, and one task with its steps and its form.
import { badge, empty, facts, h, note } from "./dom.js";
import { answers, fields, problems, show } from "./form.js";
import { locate } from "./fields.js";
import { enqueue } from "./net.js";
import { canScan, numberIn, scan } from "./scan.js";
import { all, get, meta, put, queue } from "./store.js";
import { addresses, moment, t } from "./texts.js";

// The signed code on a plate: only the server knows whose it is.
const PLATE = /DH1\.[A-Z2-7]{16}\.[A-Z2-7]{16}/;
const STEP = { accept: "accepted", arrive: "arrived", complete: "done" };
const TONES = { waiting: "neutral", assigned: "info", accepted: "accent", arrived: "warning", done: "success", conflict: "danger" };

// The tasks as this phone knows them: what is in the queue counts as done here.
export async function known() {
  const steps = new Map();
  for (const item of await queue()) {
    if (item.task && ["waiting", "conflict", "refused"].includes(item.state)) steps.set(item.task, item);
  }
  return (await all("tasks")).map((task) => {
    const last = steps.get(task.id);
    const unsent = last?.state === "waiting";
    return { ...task, state: unsent ? STEP[last.act] : task.state, unsent, trouble: last && !unsent ? last : null };
  }).sort(soonest);
}

const soonest = (one, other) =>
  Number(one.state === "done") - Number(other.state === "done")
  || (one.due_at ?? "9").localeCompare(other.due_at ?? "9") || one.id - other.id;

export const state = (task) => badge(t(`state_${task.state}`), TONES[task.state]);

function due(task) {
  if (!task.due_at) return null;
  const late = Date.parse(task.due_at) < Date.now() && task.state !== "done";
  return h("span", { class: late ? "late" : "quiet" }, t(late ? "overdue_since" : "due_until", { when: moment(task.due_at) }));
}

export async function list() {
  const tasks = await known();
  const kinds = await meta("kinds", {});
  const at = await meta("loaded_at");
  return h("div", {},
    h("div", { class: "head" }, h("p", { class: "quiet" }, at ? t("as_of", { when: moment(at) }) : t("never_loaded")),
      canScan() ? h("button", { class: "btn btn-small", onclick: find }, t("scan_plate")) : null),
    tasks.length ? tasks.map((task) => card(task, kinds)) : empty(t("no_tasks"), t("no_tasks_text")));
}

function card(task, kinds) {
  return h("a", { class: "card task", href: `#/task/${task.id}`, "data-testid": "task" },
    h("div", { class: "task-top" }, state(task), h("span", { class: "quiet" }, kinds[task.kind]?.label ?? ""),
      task.unsent ? badge(t("unsent"), "warning") : null, task.trouble ? badge(t(`outcome_${task.trouble.state}`), "danger") : null),
    h("strong", {}, task.title), task.address ? h("span", {}, task.address) : null, due(task));
}

async function find() {
  const text = await scan();
  if (text === null) return;
  const plate = PLATE.exec(text.toUpperCase());
  if (plate && addresses.plate && navigator.onLine) {
    location.assign(addresses.plate.replace("DH1", plate[0]));
    return;
  }
  const number = numberIn(text);
  const task = (await all("tasks")).find((one) => one.supply_point === number || Object.values(one.details).includes(number));
  if (task) location.hash = `#/task/${task.id}`;
  else {
    for (const route of await all("routes")) {
      const stop = route.stops.find((one) => one.asset_number === number || one.number === number);
      if (stop) {
        location.hash = `#/stop/${route.id}/${stop.point}`;
        return;
      }
    }
    note(t("nothing_found", { number }), "danger");
  }
}

export async function one(id) {
  const task = (await known()).find((found) => found.id === Number(id));
  if (!task) return empty(t("no_task"), t("no_task_text"));
  const kind = (await meta("kinds", {}))[task.kind];
  return h("div", {}, about(task, kind), await next(task, kind));
}

function about(task, kind) {
  const place = task.latitude !== null
    ? h("a", { class: "btn btn-small", href: `geo:${task.latitude},${task.longitude}?q=${task.latitude},${task.longitude}(${encodeURIComponent(task.title)})` }, t("open_map"))
    : null;
  return h("section", { class: "card pad" },
    h("div", { class: "task-top" }, state(task), h("span", { class: "quiet" }, kind?.label ?? ""), task.unsent ? badge(t("unsent"), "warning") : null),
    h("h2", {}, task.title), due(task),
    facts([[t("address"), task.address], [t("area"), task.area], [t("supply_point"), task.supply_point], ...Object.entries(task.details)]),
    place, task.trouble ? h("a", { class: "callout callout-danger", href: "#/queue" }, task.trouble.words) : null);
}

async function next(task, kind) {
  if (!kind || task.state === "done" || task.state === "conflict") return h("p", { class: "quiet pad" }, task.unsent ? t("kept_on_phone") : "");
  if (task.state !== "arrived") {
    const act = task.state === "accepted" ? "arrive" : "accept";
    return h("div", { class: "pad" }, h("button", { class: "btn btn-primary btn-wide", "data-testid": act, onclick: () => step(task, act) }, t(`do_${act}`)));
  }
  return form(task, kind);
}

async function step(task, act) {
  const payload = {};
  if (act === "arrive") {
    const { place } = await Promise.race([locate(), new Promise((resolve) => setTimeout(() => resolve({ place: null }), 1500))]);
    if (place) payload.position = place;
  }
  await enqueue({ act, task: task.id, title: task.title, payload });
}

async function form(task, kind) {
  const key = `task:${task.id}`;
  const draft = await get("drafts", key);
  const values = draft?.values ?? {};
  const keep = () => put("drafts", { key, values });
  const where = kind.needs_position ? await position(values, keep) : null;
  const root = h("form", { class: "card pad form", novalidate: true, "data-testid": "form", onsubmit: send },
    draft ? h("p", { class: "quiet" }, t("draft_kept")) : null,
    fields(kind.form, values, keep), where,
    h("button", { class: "btn btn-primary btn-wide", "data-testid": "complete" }, t("do_complete")));

  async function send(event) {
    event.preventDefault();
    const wrong = problems(kind.form, values);
    if (kind.needs_position && !values._place && !(values._no_place ?? "").trim()) wrong._place = t("say_where");
    show(wrong, root);
    if (Object.keys(wrong).length) return;
    const { found, photoIds } = answers(kind.form, values);
    const payload = { answers: found };
    if (values._place) payload.position = values._place;
    if (values._no_place) payload.no_position = values._no_place;
    const old = (await queue()).filter((item) => item.task === task.id && item.state === "refused");
    await enqueue(
      { act: "complete", task: task.id, title: task.title, payload, photos: photoIds },
      [["drafts", null, key], ...old.map((item) => ["queue", null, item.id])],
    );
    note(t("saved"), "success");
    location.hash = "#/tasks";
  }
  return root;
}

async function position(values, keep) {
  const text = h("span", { class: "quiet" });
  const draw = (why = "") => {
    text.textContent = values._place
      ? t("position_taken", { latitude: values._place.latitude.toFixed(5), longitude: values._place.longitude.toFixed(5), metres: values._place.accuracy_m })
      : why || t("position_needed");
  };
  const take = async () => {
    const { place, why } = await locate();
    if (place) values._place = place;
    draw(why);
    keep();
  };
  draw();
  return h("fieldset", { class: "question" }, h("legend", {}, t("position"), h("span", { class: "must" }, "*")),
    h("div", { class: "with-button" }, text, h("button", { type: "button", class: "btn btn-small", "data-testid": "locate", onclick: take }, t("take_position"))),
    h("input", { class: "form-control", name: "_no_place", placeholder: t("why_no_position"), maxlength: 200, value: values._no_place ?? "", oninput: (event) => { values._no_place = event.target.value; keep(); } }),
    h("p", { class: "wrong", "data-wrong": "_place", hidden: true }));
}
