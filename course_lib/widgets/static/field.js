const WINDOW = 21845; // codes across one window, which lies in the middle of three
const BANDS = 6;
const SHADE = 0.42; // how dark the highest band is
// Dashes, width and opacity of each set of arrows; the first is broad and pale, so that one on it is seen.
const SHAFTS = [[[], 3.4, 0.5], [[4, 2.5], 1.5, 1], [[1.5, 2], 1.5, 1], [[7, 2, 1.5, 2], 1.5, 1]];

/** Dot, ring, cross, triangle, square, diamond around a place, as a path; only the dot is filled. */
const circle = (x, y, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
const MARKS = [
  circle,
  circle,
  (x, y, r) => `M${x - r} ${y - r}l${2 * r} ${2 * r}M${x - r} ${y + r}l${2 * r} ${-2 * r}`,
  (x, y, r) => `M${x} ${y - 1.3 * r}l${1.2 * r} ${2.2 * r}h${-2.4 * r}z`,
  (x, y, r) => `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}z`,
  (x, y, r) => `M${x} ${y - 1.4 * r}l${1.4 * r} ${1.4 * r}l${-1.4 * r} ${1.4 * r}l${-1.4 * r} ${-1.4 * r}z`,
];

/** An arrow as three paths: a dashed shaft, a head of lines, a head that is filled. */
function arrowPaths(x, y, dx, dy, kind) {
  const length = Math.hypot(dx, dy);
  if (length < 1) return ["", "", circle(x, y, 1)];
  const head = Math.min(6, 0.5 * length);
  const [ux, uy] = [(dx / length) * head, (dy / length) * head];
  const [tipX, tipY] = [x + dx, y + dy];
  const wing = (side, wide) => `${tipX - ux - side * wide * uy} ${tipY - uy + side * wide * ux}`;
  if (kind === 0) return [`M${x} ${y}L${tipX - ux} ${tipY - uy}`, "", `M${tipX} ${tipY}L${wing(1, 0.65)}L${wing(-1, 0.65)}z`];
  const shaft = `M${x} ${y}L${tipX} ${tipY}`;
  return kind === 2 ? [shaft, "", circle(tipX, tipY, 2)] : [shaft, `M${wing(1, 0.5)}L${tipX} ${tipY}L${wing(-1, 0.5)}`, ""];
}

/** The legend's picture of a cloud or a set of arrows. */
function sample(item) {
  const paint = colour(item.colour);
  const path = (d, more) => make("svg:path", { d, fill: "none", stroke: paint, "stroke-width": 1.3, ...more });
  const box = (...paths) => make("svg:svg", { viewBox: "0 0 30 10", "aria-hidden": "true" }, ...paths);
  if (!item.vectors) return box(path(MARKS[item.style % 6](15, 5, 3.6), item.style % 6 ? {} : { fill: paint, stroke: "none" }));
  const [dashes, width, opacity] = SHAFTS[item.style % 4];
  const [shaft, lines, filled] = arrowPaths(2, 5, 26, 0, item.style % 4);
  return box(path(shaft, { "stroke-width": width, "stroke-dasharray": dashes.join(" "), opacity }),
    path(lines, { "stroke-width": width, opacity }), path(filled, { fill: paint, stroke: "none", opacity }));
}

function makePlane(about, aspect) {
  const plot = make("svg:svg", { class: "cw-plot", "aria-hidden": "true" });
  const spoken = [about.symbol, ...about.clouds.map((c) => c.symbol), ...about.arrows.map((a) => a.symbol)].map((s) => s.spoken).filter(Boolean);
  const canvas = make("canvas", { role: "img", "aria-label": spoken.join(", ") });
  const row = (item) => {
    const value = make("span", { class: "cw-value" });
    return { item, value, row: make("li", {}, sample(item), make("span", {}, mathSymbol(item.symbol)), value) };
  };
  const [clouds, arrows] = [about.clouds.map(row), about.arrows.map(row)];
  const title = about.symbol.spoken ? [make("figcaption", {}, mathSymbol(about.symbol))] : [];
  const figure = make("figure", {}, ...title,
    make("div", { class: "cw-plane" }, plot, make("div", { class: "cw-inner" }, canvas)),
    make("ul", {}, ...[...clouds, ...arrows].map(({ row }) => row)));
  figure.style.setProperty("--cw-aspect", aspect);
  return { about, figure, plot, canvas, clouds, arrows, w: 0, h: 0, shade: null };
}

function render({ model, el }) {
  const labels = model.get("labels");
  const played = model.get("play");
  const trail = model.get("trail");
  const { aspect, x: xTicks, y: yTicks } = model.get("window");
  const lengths = model.get("lengths");
  const stop = new AbortController();
  const { signal } = stop;
  const dots = new Uint16Array(bytesOf(model.get("dots")).slice().buffer);
  const shafts = floatsOf(model.get("shafts"));
  const shades = bytesOf(model.get("shades"));

  const panels = model.get("panels").map((about) => makePlane(about, aspect));
  const sliders = makeSliders(model, show, signal);
  // Playing moves the slider as a hand would.
  const control = sliders.bar.querySelectorAll("input")[played];
  const play = makePlay(model, {
    last: Number(control.max),
    at: () => sliders.at()[played],
    moveTo: (to) => {
      control.value = to;
      control.dispatchEvent(new Event("input"));
    },
    rest: () => control.dispatchEvent(new Event("change")),
  }, signal);
  const stage = make("div", { class: "cw-panels" }, ...panels.map((panel) => panel.figure));
  const root = make("div", { class: "cw cw-plots cw-field", role: "group", "aria-label": model.get("alt") },
    stage, make("div", { class: "cw-bar" }, play.button, sliders.bar));

  const address = ({ offset = 0, strides }, positions = sliders.at()) => positions.reduce((sum, at, k) => sum + at * strides[k], offset);
  const isInside = (code) => code >= WINDOW && code <= 2 * WINDOW;
  const isLost = (code) => code === 0 || code === 3 * WINDOW;
  const tone = (name) => getComputedStyle(root).getPropertyValue(name).trim();

  /** The density's bands in one tone, a pixel of the page each: drawn anew only where it changed. */
  function shadeOf(panel) {
    const { height, width } = panel.about.density;
    const from = address(panel.about.density);
    const [W, H] = [Math.round(panel.w), Math.round(panel.h)];
    const key = [from, W, H, tone("--cw-soft")].join();
    if (panel.shade?.key === key) return panel.shade.canvas;
    const small = make("canvas", { width, height });
    const cells = new ImageData(width, height);
    for (let i = 0; i < height; i += 1) {
      for (let j = 0; j < width; j += 1) cells.data[4 * (i * width + j) + 3] = shades[from + (height - 1 - i) * width + j];
    }
    small.getContext("2d").putImageData(cells, 0, 0);
    const large = make("canvas", { width: W, height: H });
    const context = large.getContext("2d", { willReadFrequently: true });
    context.imageSmoothingQuality = "high";
    context.drawImage(small, 0, 0, W, H);
    const bands = context.getImageData(0, 0, W, H);
    for (let at = 3; at < bands.data.length; at += 4) bands.data[at] = (Math.floor((bands.data[at] * BANDS) / 256) * 255) / BANDS;
    context.putImageData(bands, 0, 0);
    context.globalCompositeOperation = "source-in";
    context.fillStyle = tone("--cw-soft");
    context.fillRect(0, 0, W, H);
    panel.shade = { key, canvas: large };
    return large;
  }
  function drawArrows(context, panel, item) {
    const kind = item.style % 4;
    const [dashes, width, opacity] = SHAFTS[kind];
    const places = address(item.places);
    const vectors = address(item.vectors);
    const paths = ["", "", ""];
    for (let i = 0; i < 2 * item.count; i += 2) {
      const [x, y, dx, dy] = [shafts[places + i], shafts[places + i + 1], shafts[vectors + i], shafts[vectors + i + 1]];
      if (!Number.isFinite(x + y + dx + dy)) continue;
      arrowPaths(x * panel.w, (1 - y) * panel.h, dx * panel.w, -dy * panel.h, kind).forEach((d, k) => (paths[k] += d));
    }
    context.strokeStyle = context.fillStyle = tone(`--cw-c${item.colour % 6}`);
    context.globalAlpha = opacity;
    context.lineWidth = width;
    context.setLineDash(dashes);
    context.stroke(new Path2D(paths[0]));
    context.setLineDash([]);
    context.stroke(new Path2D(paths[1]));
    context.fill(new Path2D(paths[2]));
    context.globalAlpha = 1;
  }
  const X = (panel, code) => (code / WINDOW - 1) * panel.w;
  const Y = (panel, code) => (2 - code / WINDOW) * panel.h;
  function drawTrail(context, panel, item) {
    const positions = [...sliders.at()];
    const last = positions[played];
    const paths = Array.from({ length: Math.min(trail, item.count) }, () => "");
    const pens = paths.map(() => "M");
    for (let k = 0; k <= last; k += 1) {
      positions[played] = k;
      const from = address(item, positions);
      paths.forEach((_, i) => {
        const [x, y] = [dots[from + 2 * i], dots[from + 2 * i + 1]];
        const lost = isLost(x) || isLost(y);
        if (!lost) paths[i] += `${pens[i]}${X(panel, x)} ${Y(panel, y)}`;
        pens[i] = lost ? "M" : "L";
      });
    }
    context.strokeStyle = tone(`--cw-c${item.colour % 6}`);
    context.lineWidth = 1;
    context.globalAlpha = 0.6;
    context.stroke(new Path2D(paths.join("")));
    context.globalAlpha = 1;
  }
  /** Draws a cloud's points in the window and returns how many are outside. */
  function drawCloud(context, panel, item) {
    const from = address(item);
    const kind = item.style % 6;
    const r = item.count > 1000 ? 1.6 : item.count > 100 ? 2.2 : 3.2;
    let path = "";
    let outside = 0;
    for (let at = from; at < from + 2 * item.count; at += 2) {
      if (isInside(dots[at]) && isInside(dots[at + 1])) path += MARKS[kind](X(panel, dots[at]), Y(panel, dots[at + 1]), r);
      else outside += 1;
    }
    context.fillStyle = context.strokeStyle = tone(`--cw-c${item.colour % 6}`);
    context.lineWidth = 1.3;
    context.globalAlpha = 0.85;
    if (kind === 0) context.fill(new Path2D(path));
    else context.stroke(new Path2D(path));
    context.globalAlpha = 1;
    return outside;
  }
  function show() {
    const said = [];
    for (const panel of panels) {
      const { about, canvas } = panel;
      const context = canvas.getContext("2d");
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, canvas.width, canvas.height);
      if (about.density) {
        context.globalAlpha = SHADE;
        context.drawImage(shadeOf(panel), 0, 0, canvas.width, canvas.height);
        context.globalAlpha = 1;
      }
      context.setTransform(canvas.width / panel.w, 0, 0, canvas.height / panel.h, 0, 0);
      context.lineJoin = "round";
      for (const { item, value } of panel.arrows) {
        drawArrows(context, panel, item);
        value.textContent = fill(labels.length, { factor: lengths.texts[address({ strides: lengths.strides })] });
      }
      if (trail) for (const { item } of panel.clouds) drawTrail(context, panel, item);
      for (const { item, value } of panel.clouds) {
        const n = drawCloud(context, panel, item);
        value.textContent = fill(labels.outside, { n, N: item.count });
        value.classList.toggle("cw-some", n > 0);
        said.push([about.symbol.spoken, item.symbol.spoken, value.textContent].filter(Boolean).join(" "));
      }
    }
    return said.join("; ");
  }
  function draw() {
    const dpr = window.devicePixelRatio || 1;
    for (const panel of panels) {
      const { clientWidth, clientHeight } = panel.canvas;
      Object.assign(panel, { w: Math.max(clientWidth, 20), h: Math.max(clientHeight, 20) });
      const [width, height] = [Math.round(panel.w * dpr), Math.round(panel.h * dpr)];
      if (panel.canvas.width !== width || panel.canvas.height !== height) Object.assign(panel.canvas, { width, height });
      const box = { x: MARGIN.left, y: MARGIN.top, w: panel.w, h: panel.h };
      const upright = xTicks.map(([at]) => {
        const x = box.x + at * box.w;
        return make("svg:line", { class: "cw-grid", x1: x, x2: x, y1: box.y, y2: box.y + box.h });
      });
      panel.plot.replaceChildren(...upright, ...axisMarks(box, yTicks, xTicks));
    }
    sliders.paint(root);
  }

  root.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.target === play.button || event.ctrlKey || event.metaKey || event.altKey) return;
    play.toggle();
    event.preventDefault();
  }, { signal });
  stage.addEventListener("pointerdown", () => control.focus({ preventScroll: true }), { signal });
  const deafen = sliders.listen(root);
  el.append(root);
  const size = new ResizeObserver(draw);
  size.observe(stage);
  // A canvas does not follow the theme by itself.
  const theme = new MutationObserver(() => sliders.paint(root));
  for (const node of [document.documentElement, document.body]) theme.observe(node, { attributeFilter: ["class", "theme", "data-jp-theme-light"] });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => sliders.paint(root), { signal });
  return () => {
    size.disconnect();
    theme.disconnect();
    deafen();
    stop.abort();
    root.remove();
  };
}

export default { render };
