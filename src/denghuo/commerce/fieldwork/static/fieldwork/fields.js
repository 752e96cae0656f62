// Photos (scaled down before they are kept), signatures, positions: what a phone adds to a form.
import { h, note } from "./dom.js";
import { newId } from "./net.js";
import { get, meta, put, remove } from "./store.js";
import { t } from "./texts.js";

const QUALITY = 0.8;

export async function keepPhoto(file) {
  const most = (await meta("parameters"))?.photo_pixels ?? 1280;
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, most / Math.max(picture.width, picture.height));
  const canvas = h("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return keepCanvas(canvas, "image/jpeg");
}

async function keepCanvas(canvas, type) {
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, QUALITY));
  const photo = { id: newId(), blob, taken_at: new Date().toISOString(), sent: false };
  await put("photos", photo);
  return photo;
}

const asUrl = (blob) =>
  new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(blob);
  });

// A row of pictures with a button for the camera. `ids` is changed in place and told to `onchange`.
export function photos(name, ids, most, onchange) {
  const row = h("div", { class: "photos" });
  const input = h("input", { type: "file", accept: "image/*", capture: "environment", class: "visually-hidden", id: `f-${name}`, "data-testid": `photo-${name}`, onchange: add });
  const button = h("label", { for: `f-${name}`, class: "btn photo-add" }, t("take_photo"));

  async function add() {
    const file = input.files[0];
    input.value = "";
    if (!file) return;
    try {
      ids.push((await keepPhoto(file)).id);
    } catch {
      note(t("photo_unreadable"), "danger");
      return;
    }
    onchange(ids);
    await draw();
  }

  async function draw() {
    const pictures = await Promise.all(ids.map(async (id) => [id, await get("photos", id)]));
    row.replaceChildren(
      ...(await Promise.all(pictures.filter(([, photo]) => photo).map(async ([id, photo]) =>
        h("figure", { class: "photo" }, h("img", { src: await asUrl(photo.blob), alt: t("photo") }),
          h("button", { type: "button", class: "photo-off", "aria-label": t("remove_photo"), onclick: () => drop(id) }, "×"))))),
    );
    button.hidden = ids.length >= most;
  }

  async function drop(id) {
    ids.splice(ids.indexOf(id), 1);
    await remove("photos", id);
    onchange(ids);
    await draw();
  }

  draw();
  return h("div", { class: "photo-field" }, row, input, button);
}

// A canvas to sign on with a finger; `ids` holds the picture of the signature, at most one.
export function signature(ids, onchange) {
  const canvas = h("canvas", { class: "sign", width: 640, height: 220, role: "img", "aria-label": t("sign_here") });
  const brush = canvas.getContext("2d");
  Object.assign(brush, { lineWidth: 3, lineCap: "round", lineJoin: "round", strokeStyle: "#1f1b17", fillStyle: "#ffffff" });
  brush.fillRect(0, 0, canvas.width, canvas.height);
  let drawing = false;
  const place = (event) => [event.offsetX * (canvas.width / canvas.clientWidth), event.offsetY * (canvas.height / canvas.clientHeight)];
  canvas.addEventListener("pointerdown", (event) => {
    drawing = true;
    canvas.setPointerCapture(event.pointerId);
    brush.beginPath();
    brush.moveTo(...place(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    brush.lineTo(...place(event));
    brush.stroke();
  });
  canvas.addEventListener("pointerup", async () => {
    if (!drawing) return;
    drawing = false;
    await clearKept();
    ids.push((await keepCanvas(canvas, "image/png")).id);
    onchange(ids);
  });

  async function clearKept() {
    for (const id of ids.splice(0)) await remove("photos", id);
  }

  async function again() {
    await clearKept();
    brush.fillRect(0, 0, canvas.width, canvas.height);
    onchange(ids);
  }

  get("photos", ids[0] ?? "").then(async (kept) => {
    if (kept) brush.drawImage(await createImageBitmap(kept.blob), 0, 0);
  });
  return h("div", {}, canvas, h("button", { type: "button", class: "btn btn-small", onclick: again }, t("sign_again")));
}

// The position of the phone once, or null with the reason why not.
export function locate() {
  return new Promise((resolve) => {
    if (!navigator.geolocation) return resolve({ place: null, why: t("no_position_device") });
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ place: { longitude: coords.longitude, latitude: coords.latitude, accuracy_m: Math.round(coords.accuracy) || 1 }, why: "" }),
      (error) => resolve({ place: null, why: error.code === 1 ? t("no_position_permission") : t("no_position_signal") }),
      { enableHighAccuracy: true, timeout: 12_000, maximumAge: 60_000 },
    );
  });
}
