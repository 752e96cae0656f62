// Starts the terminal: the service worker, the five screens by their hash, and the line that says how the network stands.
import { h, note } from "./dom.js";
import * as map from "./map.js";
import * as me from "./me.js";
import { flush, link, onChange, tidy, waiting } from "./net.js";
import * as queue from "./queue.js";
import * as reading from "./reading.js";
import * as tasks from "./tasks.js";
import { addresses, t } from "./texts.js";

const SCREENS = {
  tasks: ["tasks", () => tasks.list()], task: ["tasks", (id) => tasks.one(id)], map: ["map", () => map.map()],
  reading: ["reading", () => reading.lists()], route: ["reading", (id) => reading.route(id)], stop: ["reading", (id, point) => reading.stop(id, point)],
  queue: ["queue", () => queue.list()], me: ["me", () => me.page()],
};
const BAR = ["tasks", "map", "reading", "queue", "me"];
const ICONS = {
  tasks: "M9 6h11M9 12h11M9 18h11M4 6h1M4 12h1M4 18h1", map: "M12 21s-7-6.2-7-11a7 7 0 0 1 14 0c0 4.8-7 11-7 11zM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  reading: "M4 14a8 8 0 1 1 16 0M12 14l4-4M4 18h16", queue: "M7 7h13M7 7l3-3M7 7l3 3M17 17H4M17 17l-3-3M17 17l-3 3", me: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 20c1-4 4-5 7-5s6 1 7 5",
};
const EVERY = 60_000;
let shown = "";

async function draw({ keep = false } = {}) {
  const [name = "tasks", ...rest] = location.hash.replace(/^#\//, "").split("/").filter(Boolean);
  const [tab, screen] = SCREENS[name] ?? SCREENS.tasks;
  const here = location.hash;
  if (keep && typing()) return paintLink();
  const content = await screen(...rest);
  if (here !== location.hash) return;
  document.getElementById("screen").replaceChildren(content);
  document.getElementById("title").textContent = t(`tab_${tab}`);
  if (shown !== here) scrollTo(0, 0);
  shown = here;
  paintBar(tab);
  await paintLink();
}

// What somebody is typing is not redrawn under the fingers.
const typing = () =>
  shown === location.hash
  && (document.querySelector("#screen form") !== null || document.activeElement?.matches("#screen input, #screen textarea"));

function icon(path) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  drawing.append(line);
  return drawing;
}

function paintBar(tab) {
  document.getElementById("bar").replaceChildren(...BAR.map((name) =>
    h("a", { href: `#/${name}`, class: name === tab ? "on" : "", "aria-current": name === tab ? "page" : null, "data-testid": `tab-${name}` }, icon(ICONS[name]), h("span", {}, t(`tab_${name}`)))));
}

async function paintLink() {
  const count = (await waiting()).length;
  const pill = document.getElementById("link");
  pill.dataset.state = link.busy ? "busy" : link.state;
  pill.dataset.waiting = count;
  pill.textContent = [t(`link_${link.busy ? "busy" : link.state}`), count ? t("unsent_count", { count }) : ""].filter(Boolean).join(" · ");
}

async function start() {
  addEventListener("hashchange", () => draw());
  addEventListener("online", () => flush({ fresh: true }));
  addEventListener("offline", () => { link.state = "offline"; draw({ keep: true }); });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && flush({ fresh: true }));
  onChange(() => draw({ keep: true }));
  setInterval(() => navigator.onLine && flush(), EVERY);
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(addresses.worker, { scope: addresses.terminal }).catch(() => note(t("no_worker"), "danger"));
  navigator.storage?.persist?.();
  await tidy();
  await draw();
  await flush({ fresh: true });
  await me.follow();
  document.documentElement.dataset.ready = "1";
}

start();
