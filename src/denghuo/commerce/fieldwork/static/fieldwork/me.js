// Who holds this phone, live location, and signing out without losing or leaving anything.
import { facts, h, note } from "./dom.js";
import { changed, device, flush, others, postJson, SignedOut, waiting } from "./net.js";
import { meta, put, remember, wipe } from "./store.js";
import { addresses, moment, t } from "./texts.js";

const EVERY = 60_000;
let watching = null;
let last = 0;

export async function page() {
  const me = await meta("me");
  if (!me) return h("section", { class: "card pad" }, h("p", {}, t("never_loaded")), h("a", { class: "btn btn-primary btn-wide", href: `${addresses.sign_in}?next=${addresses.terminal}` }, t("sign_in")));
  const strangers = await others();
  const consented = await meta("consented", false);
  return h("div", {},
    h("section", { class: "card pad" }, h("h2", {}, me.name), facts([[t("unit"), me.unit], [t("loaded"), moment(await meta("loaded_at"))], [t("device"), (await device()).key.slice(0, 8)]])),
    h("section", { class: "card pad" }, h("label", { class: "check" }, h("input", { type: "checkbox", checked: consented, "data-testid": "consent", onchange: (event) => consent(event.target) }), " ", t("live_location")), h("p", { class: "quiet" }, t("live_location_text"))),
    strangers.length ? h("p", { class: "callout callout-warning" }, t("others_waiting", { count: strangers.length })) : null,
    h("section", { class: "card pad" }, h("a", { class: "btn btn-wide", href: addresses.console }, t("console")), h("button", { class: "btn btn-wide", "data-testid": "sign-out", onclick: signOut }, t("sign_out"))));
}

async function consent(box) {
  try {
    const answer = await postJson(addresses.consent, { device: await device(), consented: box.checked });
    await remember("consented", answer.consented === true);
    follow();
  } catch (error) {
    note(t(error instanceof SignedOut ? "sign_in_to_send" : "needs_network"), "danger");
  }
  changed();
}

// While the person agrees, a position a minute goes with the next sync.
export async function follow() {
  const wanted = Boolean(await meta("consented")) && Boolean(navigator.geolocation);
  if (!wanted && watching !== null) {
    navigator.geolocation.clearWatch(watching);
    watching = null;
  }
  if (wanted && watching === null) watching = navigator.geolocation.watchPosition(heard, () => {}, { enableHighAccuracy: false, maximumAge: EVERY });
}

async function heard({ coords }) {
  if (Date.now() - last < EVERY) return;
  last = Date.now();
  await put("positions", { at: new Date().toISOString(), longitude: coords.longitude, latitude: coords.latitude, accuracy_m: Math.round(coords.accuracy) || 1 });
}

async function signOut() {
  let left = await waiting();
  if (left.length) {
    await flush();
    left = await waiting();
  }
  if (left.length && !confirm(t("sign_out_unsent", { count: left.length }))) return;
  const token = await meta("csrf");
  if (!navigator.onLine) return note(t("needs_network"), "danger");
  try {
    await fetch(addresses.sign_out, { method: "POST", credentials: "same-origin", redirect: "manual", headers: { "X-CSRFToken": token ?? "" } });
  } catch {
    return note(t("needs_network"), "danger");
  }
  await wipe();
  location.assign(`${addresses.sign_in}?next=${addresses.terminal}`);
}
