/** One panel: plot, lines with their names, cursor, and a row of reading for each line. */
function makePanel(about, count, first) {
  const plot = make("svg:svg", { class: "cw-plot", "aria-label": `${about.symbol.spoken}: ${about.lines.map((l) => l.symbol.spoken).join(", ")}`, role: "img" });
  const back = make("svg:g");
  const inner = make("svg:svg");
  const names = make("svg:g");
  const front = make("svg:g");
  plot.append(back, inner, names, front);
  const lines = about.lines.map((line, i) => {
    const path = make("svg:path", { class: "cw-curve", stroke: colour(i), "stroke-dasharray": DASHES[i % 6] });
    const name = make("svg:text", { class: "cw-name", fill: colour(i), "text-anchor": "middle", "dominant-baseline": "central" }, line.symbol.text ?? line.symbol.spoken);
    const dot = make("svg:circle", { class: "cw-dot", r: 4, fill: colour(i) });
    const value = make("span", { class: "cw-value" });
    const row = make("li", {},
      swatch(colour(i), DASHES[i % 6]),
      make("span", {}, mathSymbol(line.symbol)), value);
    inner.append(path);
    names.append(name);
    return { path, name, dot, value, row, at: first + i };
  });
  const cursor = make("svg:line", { class: "cw-cursor" });
  inner.append(cursor);
  front.append(...lines.map((line) => line.dot));
  const figure = make("figure", {}, make("figcaption", {}, mathSymbol(about.symbol)), plot, make("ul", {}, ...lines.map((line) => line.row)));
  return { figure, plot, back, inner, front, lines, cursor, box: null };
}

function render({ model, el }) {
  const labels = model.get("labels");
  const count = model.get("count");
  const times = model.get("times");
  const last = count - 1;
  const [drawnPanel, drawnLine] = model.get("drawn");
  const stop = new AbortController();
  const { signal } = stop;

  const places = floatsOf(model.get("places"));
  let values, heights;
  let waiting = false;
  const panels = [];
  for (const about of model.get("panels")) panels.push(makePanel(about, count, panels.reduce((n, p) => n + p.lines.length, 0)));
  const slider = makeSlider(last, labels.cursor);
  const now = document.createTextNode("");
  const readout = make("span", { class: "cw-readout cw-t", "aria-hidden": "true" }, make("i", {}, "t"), " = ", now);
  readout.style.setProperty("--cw-readout", `${Math.max(...times.map((t) => t.length)) + 3}ch`);
  const note = make("p", { class: "cw-note cw-muted" }, model.get("handles").length ? labels.handles_hint : "");
  const problem = make("p", { class: "cw-note", role: "status" });
  const root = make("div", { class: "cw cw-plots cw-curves", role: "group", "aria-label": model.get("alt") },
    make("div", { class: "cw-panels" }, ...panels.map((panel) => panel.figure)),
    make("div", { class: "cw-bar" }, slider, readout), note, problem);

  const X = (panel, at) => panel.box.x + at * panel.box.w;
  const Y = (panel, height) => panel.box.y + (1 - height) * panel.box.h;
  const heightAt = (line, i) => heights[line.at * count + i];
  const isDrawn = (panel, line) => panels[drawnPanel]?.lines[drawnLine]?.path === line.path;

  function drawAxes(panel, about) {
    panel.back.replaceChildren(...axisMarks(panel.box, about.ticks, model.get("x_ticks")));
  }

  function drawLine(panel, line, { x, y }) {
    const polygon = waiting && panel === panels[drawnPanel] && isDrawn(panel, line);
    let d = "";
    if (polygon) handleHeights().forEach((height, k, all) => (d += `${k ? "L" : "M"}${X(panel, k / (all.length - 1))} ${Y(panel, height)}`));
    else d = pathOf(panel.box, places, heights.subarray(line.at * count, (line.at + 1) * count));
    line.path.setAttribute("d", d);
    const dim = waiting && !polygon && drawnLineNames(panel, line);
    line.path.classList.toggle("cw-waiting", dim);
    line.name.setAttribute("x", X(panel, x));
    line.name.setAttribute("y", Y(panel, y));
  }
  // The line drawn by hand bears the same name in every panel.
  const drawnLineNames = (panel, line) => panels[drawnPanel] && line.name.textContent === panels[drawnPanel].lines[drawnLine].name.textContent;

  let index = -1;
  function showCursor(to) {
    index = Math.min(Math.max(Math.round(to), 0), last);
    const said = [];
    panels.forEach((panel, p) => {
      const at = X(panel, places[index]);
      for (const [key, value] of Object.entries({ x1: at, x2: at, y1: panel.box.y, y2: panel.box.y + panel.box.h })) panel.cursor.setAttribute(key, value);
      const about = model.get("panels")[p];
      panel.lines.forEach((line, i) => {
        const stale = waiting && drawnLineNames(panel, line);
        const height = heightAt(line, index);
        const text = stale ? "…" : numberText(values[line.at * count + index]);
        line.value.textContent = text;
        line.dot.setAttribute("visibility", stale || !(height >= 0 && height <= 1) ? "hidden" : "visible");
        line.dot.setAttribute("cx", at);
        line.dot.setAttribute("cy", Number.isNaN(height) ? 0 : Y(panel, height));
        said.push(`${about.symbol.spoken} ${about.lines[i].symbol.spoken} ${stale ? labels.waiting : text}`);
      });
    });
    now.data = times[index];
    setSlider(slider, index, `t = ${times[index]}: ${said.join("; ")}`);
    root.dataset.index = index;
  }

  function draw() {
    model.get("panels").forEach((about, p) => {
      const panel = panels[p];
      panel.box = boxOf(panel.plot);
      clip(panel.inner, panel.box);
      drawAxes(panel, about);
      panel.lines.forEach((line, i) => drawLine(panel, line, about.lines[i]));
    });
    placeHandles();
    showCursor(index < 0 ? model.get("cursor") : index);
    root.dataset.painted = Number(root.dataset.painted ?? 0) + 1;
  }
  function tell() {
    if (model.get("cursor") === index) return;
    model.set("cursor", index);
    model.save_changes();
  }

  // Points to draw with: a value is moved between the panel's two ends, nothing is computed from it here.
  let drawn = [...model.get("handles")];
  const knobs = drawn.map((_, k) => {
    const ring = make("svg:circle", { class: "cw-ring", r: 12 });
    const knob = make("svg:circle", { class: "cw-handle", r: 7, role: "slider", tabindex: k ? -1 : 0, stroke: colour(drawnLine),
      "aria-label": fill(labels.handle, { k: k + 1, K: drawn.length, t: model.get("handle_times")[k] }), "aria-orientation": "vertical" });
    return { knob, ring };
  });
  const ends = () => model.get("panels")[drawnPanel];
  const handleHeights = () => drawn.map((value) => (value - ends().low) / (ends().high - ends().low));
  function placeHandles() {
    if (!knobs.length) return;
    const panel = panels[drawnPanel];
    handleHeights().forEach((height, k) => {
      const { knob, ring } = knobs[k];
      for (const circle of [knob, ring]) {
        circle.setAttribute("cx", X(panel, k / (knobs.length - 1)));
        circle.setAttribute("cy", Y(panel, Math.min(Math.max(height, 0), 1)));
      }
      knob.setAttribute("aria-valuemin", ends().low);
      knob.setAttribute("aria-valuemax", ends().high);
      knob.setAttribute("aria-valuenow", drawn[k]);
      knob.setAttribute("aria-valuetext", numberText(drawn[k]));
    });
  }
  function bend(k, height) {
    const { low, high } = ends();
    drawn[k] = low + Math.min(Math.max(height, 0), 1) * (high - low);
    waiting = true;
    draw();
  }
  function send() {
    if (drawn.every((value, k) => value === model.get("handles")[k])) return;
    model.set("handles", [...drawn]);
    model.save_changes();
  }
  knobs.forEach(({ knob, ring }, k) => {
    const panel = panels[drawnPanel];
    panel.plot.setAttribute("role", "group");
    panel.front.append(knob, ring);
    const drag = (event) => {
      if (!knob.hasPointerCapture(event.pointerId)) return;
      const { top } = panel.plot.getBoundingClientRect();
      bend(k, 1 - (event.clientY - top - panel.box.y) / panel.box.h);
    };
    knob.addEventListener("pointerdown", (event) => {
      knob.setPointerCapture(event.pointerId);
      focusKnob(k);
      event.stopPropagation();
      event.preventDefault();
    }, { signal });
    knob.addEventListener("pointermove", drag, { signal });
    knob.addEventListener("pointerup", send, { signal });
    knob.addEventListener("pointercancel", send, { signal });
    knob.addEventListener("blur", send, { signal });
  });
  function focusKnob(k) {
    knobs.forEach(({ knob }, j) => knob.setAttribute("tabindex", j === k ? 0 : -1));
    knobs[k].knob.focus({ preventScroll: true });
  }
  function knobKey(key, k) {
    const by = { ArrowUp: 0.01, ArrowDown: -0.01, PageUp: 0.1, PageDown: -0.1, Home: -1, End: 1 };
    if (key === "ArrowLeft" || key === "ArrowRight") {
      focusKnob(Math.min(Math.max(k + (key === "ArrowLeft" ? -1 : 1), 0), knobs.length - 1));
    } else if (key in by) bend(k, handleHeights()[k] + by[key]);
    else return false;
    return true;
  }

  slider.addEventListener("input", () => showCursor(Number(slider.value)), { signal });
  slider.addEventListener("change", tell, { signal });
  for (const panel of panels) {
    const follow = (event) => {
      if (event.type === "pointermove" && !(event.buttons & 1)) return;
      const at = (event.clientX - panel.plot.getBoundingClientRect().left - panel.box.x) / panel.box.w;
      let best = 0;
      for (let i = 1; i < count; i += 1) if (Math.abs(places[i] - at) < Math.abs(places[best] - at)) best = i;
      slider.focus({ preventScroll: true });
      showCursor(best);
    };
    panel.plot.addEventListener("pointerdown", follow, { signal });
    panel.plot.addEventListener("pointermove", (event) => event.target.getAttribute("role") !== "slider" && follow(event), { signal });
    panel.plot.addEventListener("pointerup", tell, { signal });
  }
  ownKeys(root, (event) => {
    const k = knobs.findIndex(({ knob }) => knob === event.target);
    if (k >= 0) {
      if (!knobKey(event.key, k)) return;
    } else {
      const to = movedBy(event.key, index, last);
      if (to === null) return;
      showCursor(to);
    }
    event.preventDefault();
  }, signal);
  root.addEventListener("keyup", () => {
    tell();
    send();
  }, { signal });

  function load() {
    values = floatsOf(model.get("values"));
    heights = floatsOf(model.get("heights"));
    problem.textContent = model.get("message");
    problem.classList.toggle("cw-problem", Boolean(model.get("message")));
  }
  const answered = () => {
    load();
    waiting = Boolean(model.get("message"));
    draw();
  };
  const cursorFromPython = () => showCursor(model.get("cursor"));
  const handlesFromPython = () => {
    drawn = [...model.get("handles")];
    draw();
  };
  model.on("change:revision", answered);
  model.on("change:cursor", cursorFromPython);
  model.on("change:handles", handlesFromPython);
  el.append(root);
  load();
  const size = new ResizeObserver(draw);
  size.observe(root);
  return () => {
    size.disconnect();
    model.off("change:revision", answered);
    model.off("change:cursor", cursorFromPython);
    model.off("change:handles", handlesFromPython);
    stop.abort();
    root.remove();
  };
}

export default { render };
