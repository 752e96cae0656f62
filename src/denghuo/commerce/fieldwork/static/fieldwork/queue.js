// What was done on this phone and what became of it; conflicts with both values, and a proposal.
import { badge, empty, h, note } from "./dom.js";
import { changed, device, flush, link, postJson, SignedOut } from "./net.js";
import { all, put, queue, write } from "./store.js";
import { addresses, moment, t } from "./texts.js";

const TONES = { waiting: "warning", applied: "success", duplicate: "neutral", conflict: "danger", refused: "danger" };

export async function list() {
  const items = (await queue()).reverse();
  const conflicts = await all("conflicts");
  const open = conflicts.filter((one) => !one.decision);
  const waiting = items.filter((item) => item.state === "waiting").length;
  return h("div", {},
    h("section", { class: "card pad" },
      h("strong", { "data-testid": "waiting", "data-count": waiting }, waiting ? t("waiting_count", { count: waiting }) : t("all_sent")),
      link.state === "signed_out" ? h("p", { class: "callout callout-warning" }, t("sign_in_to_send"), " ", h("a", { href: `${addresses.sign_in}?next=${addresses.terminal}` }, t("sign_in"))) : null,
      h("button", { class: "btn btn-primary btn-wide", "data-testid": "send", disabled: link.busy, onclick: () => flush() }, t(link.busy ? "sending" : "send_now"))),
    open.length ? h("h2", { class: "section" }, t("conflicts")) : null, open.map(conflict),
    items.length ? h("h2", { class: "section" }, t("queue")) : empty(t("queue_empty"), t("queue_empty_text")),
    items.filter((item) => item.state !== "conflict" || !open.some((one) => one.id === item.id)).map(row));
}

function row(item) {
  return h("section", { class: "card pad entry", "data-testid": "entry", "data-state": item.state },
    h("div", { class: "task-top" }, badge(t(`outcome_${item.state}`), TONES[item.state]), h("span", { class: "quiet num" }, moment(item.made_at))),
    h("strong", {}, item.title ?? ""), h("span", { class: "quiet" }, t(`act_${item.act}`)),
    item.words ? h("p", {}, item.words) : null,
    item.state === "refused" ? h("div", { class: "buttons" },
      item.act === "complete" || item.point ? h("button", { class: "btn", onclick: () => correct(item) }, t("correct")) : null,
      h("button", { class: "btn", onclick: () => drop(item) }, t("drop"))) : null);
}

// The answers become a draft again, and the form opens.
async function correct(item) {
  if (item.task) {
    const values = Object.fromEntries(Object.entries(item.payload.answers ?? {}));
    await put("drafts", { key: `task:${item.task}`, values });
    await write([["queue", null, item.id]]);
    changed();
    location.hash = `#/task/${item.task}`;
    return;
  }
  for (const route of await all("routes")) {
    if (route.stops.some((stop) => stop.point === item.point)) location.hash = `#/stop/${route.id}/${item.point}`;
  }
}

async function drop(item) {
  if (!confirm(t("drop_sure"))) return;
  await write([["queue", null, item.id]]);
  changed();
}

function conflict(found) {
  const text = h("textarea", { class: "form-control", rows: 2, maxlength: 300, "aria-label": t("proposal"), value: found.proposal });
  async function send() {
    try {
      const answer = await postJson(addresses.propose, { device: await device(), id: found.id, text: text.value });
      if (!answer.ok) return note(answer.words, "danger");
      await put("conflicts", answer.conflict);
      note(t("proposed"), "success");
      changed();
    } catch (error) {
      note(t(error instanceof SignedOut ? "sign_in_to_send" : "needs_network"), "danger");
    }
  }
  return h("section", { class: "card pad", "data-testid": "conflict" },
    h("div", { class: "task-top" }, badge(t("outcome_conflict"), "danger"), h("span", { class: "quiet num" }, moment(found.made_at))),
    h("strong", {}, found.title), h("p", {}, found.words),
    found.rows.length ? h("table", { class: "both" }, h("thead", {}, h("tr", {}, h("td", {}), h("th", {}, t("first_value", { who: found.first })), h("th", {}, t("my_value")))),
      h("tbody", {}, found.rows.map((row) => h("tr", {}, h("th", {}, row.label), h("td", {}, row.first || "–"), h("td", {}, row.mine || "–"))))) : null,
    h("label", { class: "question" }, t("proposal"), text), h("button", { class: "btn btn-wide", onclick: send }, t(found.proposal ? "propose_again" : "propose")));
}
