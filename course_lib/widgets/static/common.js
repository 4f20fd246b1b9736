// Shared by every widget of the course; Python puts this file in front of the widget's own.

/** An element with attributes, properties (by a leading dot) and children. */
function make(tag, attributes = {}, ...children) {
  const [space, name] = tag.includes(":") ? tag.split(":") : ["html", tag];
  const spaces = { svg: "http://www.w3.org/2000/svg", math: "http://www.w3.org/1998/Math/MathML" };
  const node = space === "html" ? document.createElement(name) : document.createElementNS(spaces[space], name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (key.startsWith(".")) node[key.slice(1)] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

/** A synced binary trait as bytes, whichever view the widget manager hands out. */
function bytesOf(data) {
  return data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** "{n} of {N}" with its placeholders filled in. */
function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));
}

/** A quantity's name as mathematics: base, accent and subscript, or plain text. */
function mathSymbol({ text, pieces, base, over, sub }) {
  if (pieces) return make("span", { class: "cw-word" }, ...pieces.flatMap(([word, below]) => (below ? [word, make("sub", {}, below)] : [word])));
  if (base === undefined) return make("span", { class: "cw-word" }, text);
  let node = make("math:mi", {}, base);
  // No accent="true": fonts without a mathematical table then set the accent into the letter.
  if (over) node = make("math:mover", {}, node, make("math:mo", { stretchy: "false", lspace: "0", rspace: "0" }, over));
  if (sub) {
    const simple = /^\d+$/.test(sub) ? "mn" : /^\w$/.test(sub) ? "mi" : "mtext";
    node = make("math:msub", {}, node, make(`math:${simple}`, {}, sub));
  }
  return make("math:math", { class: "cw-math" }, node);
}

/** Keys with Ctrl, Alt or Cmd, Escape and Shift+Enter belong to the page; all others stop at the widget,
    because a notebook in command mode would read them as commands (cut a cell, run, move on). */
function ownKeys(root, handle, signal) {
  root.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Escape") return;
      if (event.key === "Enter" && event.shiftKey) return;
      event.stopPropagation();
      handle(event);
    },
    { signal },
  );
}

/** What an arrow, Page, Home or End key does to a position 0..last; null for any other key. */
function movedBy(key, position, last) {
  const page = Math.max(1, Math.round((last + 1) / 10));
  const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -page, PageUp: page };
  const to = key === "Home" ? 0 : key === "End" ? last : key in by ? position + by[key] : null;
  return to === null ? null : Math.min(Math.max(to, 0), last);
}

/** A range input whose rail is filled up to its thumb. */
function makeSlider(last, label) {
  return make("input", { class: "cw-slider", type: "range", min: 0, max: last, step: 1, "aria-label": label });
}

function setSlider(slider, position, text) {
  const last = Number(slider.max);
  slider.value = String(position);
  slider.style.setProperty("--cw-fill", last > 0 ? position / last : 0);
  slider.setAttribute("aria-valuetext", text);
}

const reducedMotion = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
