// Talking to the server: fetch a shift, send the queue in batches, tell the page how it stands. Replays are harmless.
import { all, get, meta, queue, remember, remove, replace, write } from "./store.js";
import { addresses, t } from "./texts.js";

const BATCH = 20;
const FRESH_FOR = 180_000;
export const link = { state: "unknown", busy: false };
const listeners = new Set();
let again = false;
let stale = false;
let loadedAt = 0;

export class Offline extends Error {}
export class SignedOut extends Error {}

export function onChange(listener) {
  listeners.add(listener);
}

export function changed() {
  for (const listener of listeners) listener();
}

function become(state) {
  if (link.state !== state) {
    link.state = state;
    changed();
  }
}

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function device() {
  let key = await meta("device");
  if (!key) {
    key = newId();
    await remember("device", key);
  }
  return { key, name: deviceName() };
}

function deviceName() {
  const found = /\(([^)]+)\)/.exec(navigator.userAgent);
  return (navigator.userAgentData?.platform || found?.[1] || "").slice(0, 80);
}

async function ask(url, options = {}) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", redirect: "manual", ...options });
  } catch {
    become("offline");
    throw new Offline();
  }
  if (response.type === "opaqueredirect" || response.status === 401) {
    become("signed_out");
    throw new SignedOut();
  }
  if (response.status >= 500) {
    become("offline");
    throw new Offline();
  }
  become("online");
  return response;
}

async function post(url, body, headers = {}, retried = false) {
  const token = await meta("csrf");
  const response = await ask(url, { method: "POST", body, headers: { "X-CSRFToken": token ?? "", ...headers } });
  if (response.status === 403 && !retried) {
    await load();
    return post(url, body, headers, true);
  }
  return response;
}

export async function postJson(url, content) {
  const response = await post(url, JSON.stringify(content), { "Content-Type": "application/json" });
  const found = await response.json().catch(() => ({ words: t("refused_by_server", { status: response.status }) }));
  return { ok: response.ok, status: response.status, ...found };
}

export async function load() {
  const { key, name } = await device();
  const query = new URLSearchParams({ device: key, name });
  const response = await ask(`${addresses.load}?${query}`);
  if (!response.ok) throw new Offline();
  const found = await response.json();
  const before = await meta("me");
  if (before && before.id !== found.me.id) await replace({ drafts: [], positions: [] });
  await replace({ tasks: found.tasks, routes: found.routes, conflicts: found.conflicts });
  await write(
    ["me", "csrf", "consented", "kinds", "parameters"]
      .map((name) => ["meta", { name, value: found[name] }])
      .concat([["meta", { name: "loaded_at", value: found.at }]]),
  );
  stale = false;
  loadedAt = Date.now();
  changed();
  return found;
}

export async function waiting() {
  const me = await meta("me");
  return (await queue()).filter((item) => item.state === "waiting" && item.staff === me?.id);
}

export async function others() {
  const me = await meta("me");
  return (await queue()).filter((item) => item.state === "waiting" && item.staff !== me?.id);
}

// Puts something done into the queue, together with whatever else must be written, and tries to send it.
export async function enqueue(item, more = []) {
  const me = await meta("me");
  const row = {
    id: newId(), state: "waiting", words: "", made_at: new Date().toISOString(),
    order: performance.timeOrigin + performance.now(), staff: me.id, ...item,
  };
  await write([["queue", row], ...more]);
  changed();
  flush();
  return row;
}

// Sends what waits; with `fresh`, or after a while, the shift is fetched anew as well.
export async function flush({ fresh = false } = {}) {
  stale ||= fresh;
  if (link.busy) {
    again = true;
    return;
  }
  link.busy = true;
  changed();
  try {
    do {
      again = false;
      await sendAll();
      if (stale || Date.now() - loadedAt > FRESH_FOR) await load();
    } while (again);
  } catch (error) {
    if (!(error instanceof Offline || error instanceof SignedOut)) throw error;
  } finally {
    link.busy = false;
    changed();
  }
}

async function sendAll() {
  if (!(await meta("csrf"))) await load();
  const me = await meta("me");
  const items = await waiting();
  const places = (await meta("consented")) ? await all("positions") : [];
  for (const item of items) for (const id of item.photos ?? []) await sendPhoto(id, item);
  const ready = (await waiting()).slice();
  for (let start = 0; start < ready.length || (start === 0 && places.length); start += BATCH) {
    await sendBatch(ready.slice(start, start + BATCH), Math.max(0, ready.length - start - BATCH), start === 0 ? places : [], me);
  }
}

async function sendPhoto(id, item) {
  const photo = await get("photos", id);
  if (!photo || photo.sent) return;
  const form = new FormData();
  const { key } = await device();
  form.append("device", key);
  form.append("id", photo.id);
  form.append("taken_at", photo.taken_at);
  form.append("task", item.task ?? "");
  form.append("staff", item.staff);
  form.append("file", new File([photo.blob], `${photo.id}.${photo.blob.type === "image/png" ? "png" : "jpg"}`, { type: photo.blob.type }));
  const response = await post(addresses.photo, form);
  if (response.status === 409) {
    await load();
    throw new Offline();
  }
  if (response.ok) {
    await write([["photos", { ...photo, sent: true }]]);
  } else {
    const found = await response.json().catch(() => ({}));
    await write([["queue", { ...item, state: "refused", words: found.words ?? t("photo_refused") }]]);
  }
}

// `left` says how many will still be on the phone after this batch.
async function sendBatch(items, left, positions, me) {
  const found = await postJson(addresses.sync, {
    device: await device(),
    staff: me.id,
    waiting: left,
    positions: positions.slice(-200),
    items: items.map(({ id, act, made_at, task, point, payload }) => ({ id, act, made_at, task, point, payload })),
  });
  if (!found.ok) {
    if (found.status === 409) await load();
    throw new Offline();
  }
  const told = new Map(found.results.map((result) => [result.id, result]));
  const rows = [];
  for (const item of items) {
    const result = told.get(item.id);
    if (!result || result.outcome === "received") continue;
    rows.push(["queue", settled(item, result)]);
    if (result.outcome === "conflict") stale = true;
    if (result.task) rows.push(...(await patched(result.task)));
    if (result.outcome !== "refused") for (const id of item.photos ?? []) rows.push(["photos", null, id]);
  }
  for (const place of positions) rows.push(["positions", null, place.at]);
  if (rows.length) await write(rows);
  changed();
}

// The task as the server has it now; one that has ended leaves the phone.
async function patched(told) {
  const task = await get("tasks", told.id);
  if (!task) return [];
  const ended = told.state === "done" || told.state === "cancelled";
  return [ended ? ["tasks", null, task.id] : ["tasks", { ...task, state: told.state, version: told.version }]];
}

// What was applied keeps no personal data on the phone; what was refused keeps its answers, to be corrected.
function settled(item, result) {
  const kept = { ...item, state: result.outcome, words: result.words, theirs: result.theirs, settled_at: new Date().toISOString() };
  if (result.outcome === "applied" || result.outcome === "duplicate") kept.payload = {};
  return kept;
}

// Applied entries leave the list after a day; photos that nothing names leave at once.
export async function tidy() {
  const limit = Date.now() - 24 * 3600 * 1000;
  for (const item of await queue()) {
    const over = item.settled_at && Date.parse(item.settled_at) < limit;
    if (over && item.state !== "refused") await remove("queue", item.id);
  }
  const named = JSON.stringify([await queue(), await all("drafts")]);
  for (const photo of await all("photos")) if (!named.includes(photo.id)) await remove("photos", photo.id);
}
