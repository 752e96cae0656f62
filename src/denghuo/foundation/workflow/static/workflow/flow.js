// Draws the BPMN diagram of a case or definition and marks where the case stands. The bpmn.io mark stays as its licence asks.
(function () {
  "use strict";
  const dataOf = (holder) => JSON.parse(document.getElementById(holder.dataset.flow)?.textContent || "{}");
  const noteOf = (note) => {
    const box = document.createElement("div");
    box.className = `flow-note tone-${note.tone}`;
    const who = document.createElement("strong");
    who.textContent = note.who;
    const clock = document.createElement("span");
    clock.textContent = note.clock;
    box.append(who, clock);
    return box;
  };
  function fit(canvas) {
    canvas.zoom("fit-viewport");
    if (canvas.zoom() > 1) canvas.zoom(1);
  }
  function shape(holder, canvas) {
    // as high as the drawing needs at the width there is, within limits
    const { inner, outer } = canvas.viewbox();
    const height = inner.height * Math.min(1, outer.width / Math.max(inner.width, 1)) + 90;
    holder.querySelector("[data-flow-canvas]").style.height = `${Math.round(Math.min(620, Math.max(260, height)))}px`;
    canvas.resized();
  }
  function show(canvas, registry, names) {
    // on a narrow screen the whole drawing would be too small to read: begin at the current step instead
    fit(canvas);
    if (canvas.zoom() >= 0.45) return;
    canvas.zoom(0.7);
    const at = names.map((name) => registry.get(name)).find(Boolean) || registry.find((element) => element.type === "bpmn:StartEvent");
    if (at) canvas.scrollToElement(at, { top: 60, left: 60, right: 60, bottom: 60 });
  }
  async function draw(holder) {
    const data = dataOf(holder);
    const viewer = new window.BpmnJS({ container: holder.querySelector("[data-flow-canvas]"), zoomScroll: { enabled: false } });
    const answer = await fetch(holder.dataset.flowUrl);
    if (!answer.ok) return;
    await viewer.importXML(await answer.text());
    const canvas = viewer.get("canvas"), overlays = viewer.get("overlays"), registry = viewer.get("elementRegistry");
    for (const kind of ["done", "current", "next"]) {
      for (const name of data[kind] || []) if (registry.get(name)) canvas.addMarker(name, `flow-${kind}`);
    }
    for (const note of data.notes || []) {
      if (registry.get(note.element)) overlays.add(note.element, { position: { bottom: -4, left: 0 }, html: noteOf(note) });
    }
    shape(holder, canvas);
    show(canvas, registry, data.current || []);
    holder.querySelectorAll("[data-flow-zoom]").forEach((button) => {
      button.disabled = false;
      button.addEventListener("click", () => {
        if (button.dataset.flowZoom === "fit") fit(canvas);
        else canvas.zoom(Math.min(3, Math.max(0.2, canvas.zoom() * Number(button.dataset.flowZoom))));
      });
    });
    holder.dataset.drawn = "yes";
  }
  const failed = (holder) => { holder.dataset.drawn = "failed"; holder.querySelector("[data-flow-failed]").hidden = false; };
  document.querySelectorAll("[data-flow]").forEach((holder) => draw(holder).catch(() => failed(holder)));
})();
