/** The legend's row of a line, bar or mark; what has a number gets a place for it. */
function legendRow(item, key, numbered) {
  const value = make("span", { class: "cw-value" });
  const row = make("li", {}, key, make("span", {}, mathSymbol(item.symbol)), ...(numbered ? [value] : []));
  return { row, value };
}

const block = (fill) => make("svg:svg", { viewBox: "0 0 30 10", "aria-hidden": "true" }, make("svg:rect", { width: 30, height: 10, rx: 2, fill }));
const upright = () => swatch("var(--cw-text)", "4 3");
const nameOf = (symbol) => symbol.text ?? symbol.spoken;

/** A panel's frame, title, plot and legend; ``items`` are its lines or bars. */
function makeFigure(about, kind, rows) {
  const spoken = [...about[kind], ...about.marks].map((item) => item.symbol.spoken).join(", ");
  const plot = make("svg:svg", { class: "cw-plot", role: "img", "aria-label": `${about.symbol.spoken}: ${spoken}` });
  const back = make("svg:g");
  const inner = make("svg:svg");
  const front = make("svg:g");
  plot.append(back, inner, front);
  const marks = about.marks.map((mark) => {
    const line = make("svg:line", { class: "cw-mark" });
    inner.append(line);
    return { mark, line, ...legendRow(mark, upright(), true) };
  });
  const legend = make("ul", {}, ...rows.map((row) => row.row), ...marks.map((mark) => mark.row));
  const figure = make("figure", {}, make("figcaption", {}, mathSymbol(about.symbol)), plot, legend);
  return { about, figure, plot, back, inner, front, marks, rows, box: null };
}

function linePanel(about) {
  const rows = about.lines.map((line, i) => ({
    line,
    path: make("svg:path", { class: "cw-curve", stroke: colour(i), "stroke-dasharray": DASHES[i % 6] }),
    ...legendRow(line, swatch(colour(i), DASHES[i % 6]), false),
  }));
  const panel = makeFigure(about, "lines", rows);
  panel.inner.prepend(...rows.map((row) => row.path));
  return panel;
}

function barPanel(about) {
  const rows = about.bars.map((bar, i) => ({
    bar,
    rect: make("svg:rect", { class: "cw-block", fill: colour(i) }),
    name: svgSymbol(bar.symbol, { class: "cw-barname", fill: colour(i), "text-anchor": "end", "dominant-baseline": "central" }),
    number: make("svg:text", { class: "cw-number", "dominant-baseline": "central" }),
    ...legendRow(bar, block(colour(i)), true),
  }));
  const panel = makeFigure(about, "bars", about.stack ? rows : []);
  panel.inner.prepend(...rows.map((row) => row.rect));
  if (!about.stack) panel.front.append(...rows.flatMap((row) => [row.name, row.number]));
  panel.bars = rows;
  // In a stack the bars share one row, else each has its own.
  const lanes = about.stack ? 1 : rows.length;
  panel.pitch = about.stack ? 56 : 30;
  panel.plot.style.height = `${lanes * panel.pitch + 16 + MARGIN.top + MARGIN.bottom}px`;
  panel.left = about.stack ? MARGIN.left : Math.max(MARGIN.left, 14 + 7.4 * Math.max(...rows.map((row) => nameOf(row.bar.symbol).length)));
  return panel;
}

function render({ model, el }) {
  const stop = new AbortController();
  const { signal } = stop;
  const table = floatsOf(model.get("table"));
  const places = floatsOf(model.get("places"));

  const lines = model.get("panels").map(linePanel);
  const bars = model.get("bar_panels").map(barPanel);
  const panels = [...lines, ...bars];
  const sliders = makeSliders(model, show, signal);
  const root = make("div", { class: "cw cw-plots cw-explorer", role: "group", "aria-label": model.get("alt") },
    make("div", { class: "cw-panels" }, ...panels.map((panel) => panel.figure)), sliders.bar);

  /** The numbers of a line, bar or mark as the sliders stand: an address, nothing is computed. */
  const read = (item, length) => {
    const at = sliders.at().reduce((sum, position, k) => sum + position * item.strides[k], item.offset);
    return table.subarray(at, at + length);
  };
  const clamp = (at) => Math.min(Math.max(at, 0), 1);
  const written = (value, { digits }) => (digits === undefined || digits < 0 ? numberText(value) : value.toFixed(digits).replace("-", "−"));

  function showMarks(panel, said) {
    const { x, y, w, h } = panel.box;
    for (const { mark, line, value } of panel.marks) {
      const [at, number] = read(mark, 2);
      setAll(line, { x1: x + at * w, x2: x + at * w, y1: y, y2: y + h, visibility: at >= 0 && at <= 1 ? "visible" : "hidden" });
      value.textContent = written(number, panel.about);
      said.push(`${mark.symbol.spoken} ${value.textContent}`);
    }
  }
  function showBar(panel, row, lane, said) {
    const { x, y, w } = panel.box;
    const [from, to, number] = read(row.bar, 3);
    const [left, right] = [x + clamp(Math.min(from, to)) * w, x + clamp(Math.max(from, to)) * w];
    const tall = panel.pitch * 0.68;
    const middle = y + 16 + (lane + 0.5) * panel.pitch;
    setAll(row.rect, { x: left, width: Math.max(right - left, 1), y: middle - tall / 2, height: tall });
    setAll(row.name, { x: x - 8, y: middle });
    row.number.textContent = row.value.textContent = written(number, panel.about);
    const outside = right + 8 + 7.4 * row.number.textContent.length < x + w;
    setAll(row.number, { x: outside ? right + 6 : right - 6, y: middle, "text-anchor": outside ? "start" : "end" });
    row.number.classList.toggle("cw-inside", !outside && right - left > 8 * row.number.textContent.length);
    said.push(`${row.bar.symbol.spoken} ${row.value.textContent}`);
  }
  function show() {
    const said = [];
    for (const panel of lines) {
      for (const { line, path } of panel.rows) path.setAttribute("d", pathOf(panel.box, places, read(line, places.length)));
      showMarks(panel, said);
    }
    for (const panel of bars) {
      panel.bars.forEach((row, k) => showBar(panel, row, panel.about.stack ? 0 : k, said));
      showMarks(panel, said);
    }
    return said.join("; ");
  }
  function draw() {
    for (const panel of panels) {
      panel.box = boxOf(panel.plot, panel.bars ? { left: panel.left, right: panel.about.stack ? MARGIN.right : 14 } : { bottom: 38 });
      clip(panel.inner, panel.box);
      const { about: { ticks }, bars: isBars, box } = panel;
      panel.back.replaceChildren(...(isBars ? axisMarks(box, [], ticks) : axisMarks(box, ticks, model.get("x_ticks"))));
      if (isBars) {
        for (const [at] of ticks) panel.back.append(make("svg:line", { class: "cw-grid", x1: box.x + at * box.w, x2: box.x + at * box.w, y1: box.y, y2: box.y + box.h }));
      } else {
        panel.back.append(svgSymbol(model.get("x_symbol"), { class: "cw-tick cw-axis", x: box.x + box.w / 2, y: box.y + box.h + 32, "text-anchor": "middle" }));
      }
    }
    sliders.paint(root);
  }
  const deafen = sliders.listen(root);
  el.append(root);
  const size = new ResizeObserver(draw);
  size.observe(root);
  return () => {
    size.disconnect();
    deafen();
    stop.abort();
    root.remove();
  };
}

export default { render };
