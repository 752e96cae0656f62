// A code is read by the camera where the browser can, and typed where it cannot.
import { h, note } from "./dom.js";
import { t } from "./texts.js";

const FORMATS = ["qr_code", "code_128", "code_39", "ean_13", "data_matrix"];

export const canScan = () => "BarcodeDetector" in globalThis && Boolean(navigator.mediaDevices?.getUserMedia);

// Opens the camera until a code is seen; answers its text, or null when it was closed.
export async function scan() {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    note(t("no_camera"), "danger");
    return null;
  }
  const video = h("video", { class: "scan-video", autoplay: true, playsinline: true, muted: true });
  video.srcObject = stream;
  const detector = new BarcodeDetector({ formats: FORMATS });
  return new Promise((resolve) => {
    const dialog = h("dialog", { class: "scan" }, video, h("button", { class: "btn", onclick: () => end(null) }, t("close")));
    let open = true;
    function end(text) {
      open = false;
      for (const track of stream.getTracks()) track.stop();
      dialog.remove();
      resolve(text);
    }
    async function look() {
      if (!open) return;
      const codes = await detector.detect(video).catch(() => []);
      if (codes.length) end(codes[0].rawValue);
      else setTimeout(look, 200);
    }
    dialog.addEventListener("cancel", () => end(null));
    document.body.append(dialog);
    dialog.showModal();
    look();
  });
}

// The number in a code: the longest run of digits; a plate may carry an address around it.
export function numberIn(text) {
  const runs = String(text ?? "").match(/\d{4,}/g) ?? [];
  return runs.sort((one, other) => other.length - one.length)[0] ?? String(text ?? "").trim();
}
