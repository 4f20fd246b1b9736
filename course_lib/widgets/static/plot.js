// Shared by the widgets that draw lines: axes, paths, numbers.

const DASHES = ["", "9 5", "2 4", "12 4 2 4", "6 3", "1 5"];
const MARGIN = { left: 46, right: 8, top: 8, bottom: 22 };
const colour = (i) => `var(--cw-c${i % 6})`;

/** Three significant digits, as a page writes them. */
function numberText(value) {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) {
    const [digits, power] = value.toExponential(2).split("e");
    const raised = [...String(Number(power))].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)])).join("");
    return `${digits.replace("-", "−")}×10${raised}`;
  }
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

/** A synced binary trait as float32 (copied, for its bytes may begin anywhere). */
const floatsOf = (data) => new Float32Array(bytesOf(data).slice().buffer);

/** Sets several attributes at once. */
function setAll(node, attributes) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
}

/** Where in a plot its panel lies, in pixels. */
function boxOf(plot, { left = MARGIN.left, right = MARGIN.right, top = MARGIN.top, bottom = MARGIN.bottom } = {}) {
  return { x: left, y: top, w: Math.max(plot.clientWidth - left - right, 20), h: Math.max(plot.clientHeight - top - bottom, 20) };
}

/** A nested svg cuts off what leaves the panel; two pixels more keep a line on the edge whole. */
function clip(inner, { x, y, w, h }) {
  setAll(inner, { x: x - 2, y: y - 2, width: w + 4, height: h + 4, viewBox: `${x - 2} ${y - 2} ${w + 4} ${h + 4}` });
}

/** Frame, grid and ticks of a panel; ticks are [fraction, text]. */
function axisMarks({ x, y, w, h }, yTicks, xTicks) {
  const marks = [make("svg:rect", { class: "cw-frame", x, y, width: w, height: h })];
  for (const [at, text] of yTicks) {
    const to = y + (1 - at) * h;
    marks.push(make("svg:line", { class: "cw-grid", x1: x, x2: x + w, y1: to, y2: to }),
      make("svg:text", { class: "cw-tick", x: x - 6, y: to + 4, "text-anchor": "end" }, text));
  }
  for (const [at, text] of xTicks) {
    marks.push(make("svg:text", { class: "cw-tick", x: x + at * w, y: y + h + 16, "text-anchor": at > 0.97 ? "end" : at < 0.03 ? "start" : "middle" }, text));
  }
  return marks;
}

/** A polyline through fractions of the panel; NaN is a gap, and a point between two gaps is a dot. */
function pathOf({ x, y, w, h }, places, heights) {
  let d = "";
  for (let i = 0, pen = "M"; i < heights.length; i += 1) {
    if (Number.isNaN(heights[i])) pen = "M";
    else if (pen === "M" && !(heights[i + 1] <= Infinity)) {
      d += `M${(x + places[i] * w - 1.5).toFixed(1)} ${(y + (1 - heights[i]) * h).toFixed(1)}h3`;
    } else {
      d += `${pen}${(x + places[i] * w).toFixed(1)} ${(y + (1 - heights[i]) * h).toFixed(1)}`;
      pen = "L";
    }
  }
  return d;
}

/** A short piece of a line, for a legend. */
function swatch(stroke, dashes) {
  return make("svg:svg", { viewBox: "0 0 30 10", "aria-hidden": "true" },
    make("svg:line", { x1: 0, x2: 30, y1: 5, y2: 5, stroke, "stroke-width": 2, "stroke-dasharray": dashes }));
}

/** A quantity's name inside an svg: a text whose subscripts are set lower. */
function svgSymbol({ text, pieces, base, over, sub }, attributes) {
  const accent = { "ˆ": "\u0302", "¯": "\u0304", "˜": "\u0303" }[over] ?? "";
  let lowered = 0;
  const part = (word, to, size) => {
    const piece = make("svg:tspan", { dy: to - lowered, "font-size": size }, word);
    lowered = to;
    return piece;
  };
  const parts = (pieces ?? [[base === undefined ? text : base + accent, sub]]).flatMap(([word, below]) => [
    ...(word ? [part(word, 0, null)] : []),
    ...(below ? [part(below, 3, "75%")] : []),
  ]);
  return make("svg:text", attributes, ...parts);
}
