// A drawing of where the tasks lie: no map tiles exist without a network, so north is up and distances are true to scale.
import { empty, h, s } from "./dom.js";
import { locate } from "./fields.js";
import { known, state } from "./tasks.js";
import { t } from "./texts.js";

const SIZE = 360, EDGE = 40, METRES_A_DEGREE = 111_320;

function project(places) {
  const middle = (name) => (Math.min(...places.map((one) => one[name])) + Math.max(...places.map((one) => one[name]))) / 2;
  const latitude = middle("latitude"), longitude = middle("longitude");
  const across = METRES_A_DEGREE * Math.cos((latitude * Math.PI) / 180);
  const metres = places.map((one) => [(one.longitude - longitude) * across, (latitude - one.latitude) * METRES_A_DEGREE]);
  const reach = Math.max(100, ...metres.flat().map(Math.abs));
  const scale = (SIZE / 2 - EDGE) / reach;
  return { at: metres.map(([x, y]) => [SIZE / 2 + x * scale, SIZE / 2 + y * scale]), scale };
}

// A round length that fills about a third of the drawing.
function ruler(scale) {
  const wish = SIZE / 3 / scale;
  const power = 10 ** Math.floor(Math.log10(wish));
  const length = [5, 2, 1].map((step) => step * power).find((step) => step <= wish) ?? power;
  return { length, width: length * scale, text: length >= 1000 ? `${length / 1000} km` : `${length} m` };
}

export async function map() {
  const tasks = (await known()).filter((task) => task.state !== "done");
  const placed = tasks.filter((task) => task.latitude !== null);
  if (!tasks.length) return empty(t("no_tasks"), t("no_tasks_text"));
  const board = h("div", {}, drawing(placed, null));
  const me = async () => {
    const { place } = await locate();
    if (place) board.replaceChildren(drawing(placed, place));
  };
  return h("div", {},
    placed.length ? h("section", { class: "card pad" }, board, h("button", { class: "btn btn-small", onclick: me }, t("show_me"))) : null,
    placed.length ? h("ol", { class: "legend" }, placed.map((task) => h("li", {}, h("a", { href: `#/task/${task.id}` }, task.title), " ", state(task)))) : null,
    areas(tasks.filter((task) => task.latitude === null)));
}

function drawing(tasks, me) {
  const places = [...tasks, ...(me ? [me] : [])];
  const { at, scale } = project(places);
  const { width, text } = ruler(scale);
  return s("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, class: "scheme", role: "img", "aria-label": t("scheme_map") },
    [1, 2, 3, 4, 5].map((step) => [
      s("line", { class: "grid", x1: (SIZE / 6) * step, y1: 0, x2: (SIZE / 6) * step, y2: SIZE }),
      s("line", { class: "grid", y1: (SIZE / 6) * step, x1: 0, y2: (SIZE / 6) * step, x2: SIZE }),
    ]),
    s("path", { class: "north", d: `M${SIZE - 22} 30 l7 -16 l7 16 l-7 -5 z` }), s("text", { x: SIZE - 19, y: 44, class: "scale" }, "N"),
    s("line", { class: "ruler", x1: 14, y1: SIZE - 14, x2: 14 + width, y2: SIZE - 14 }), s("text", { x: 14, y: SIZE - 20, class: "scale" }, text),
    tasks.map((task, index) => s("a", { href: `#/task/${task.id}` },
      s("circle", { class: `spot spot-${task.state}`, cx: at[index][0], cy: at[index][1], r: 13 }),
      s("text", { x: at[index][0], y: at[index][1] + 4, class: "spot-text" }, String(index + 1)))),
    me ? s("circle", { class: "spot-me", cx: at.at(-1)[0], cy: at.at(-1)[1], r: 8 }) : null);
}

// Tasks without a position stand by their transformer area.
function areas(tasks) {
  if (!tasks.length) return null;
  const groups = new Map();
  for (const task of tasks) {
    const name = task.area || t("no_area");
    groups.set(name, [...(groups.get(name) ?? []), task]);
  }
  return h("div", { class: "areas" }, [...groups].sort(([one], [other]) => one.localeCompare(other)).map(([name, rows]) =>
    h("section", { class: "card pad" }, h("h2", {}, `${name} · ${rows.length}`),
      h("ul", { class: "plain" }, rows.map((task) => h("li", {}, h("a", { href: `#/task/${task.id}` }, task.title), " ", state(task), task.address ? h("div", { class: "quiet" }, task.address) : null))))));
}
