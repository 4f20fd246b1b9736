function render({ model, el }) {
  const labels = model.get("labels");
  const fillBar = make("div", { class: "cw-done" });
  const bar = make("div", { class: "cw-progress", role: "progressbar", "aria-label": labels.progress, "aria-valuemin": 0, "aria-valuemax": 100 }, fillBar);
  const status = make("span", { class: "cw-readout", "aria-hidden": "true" });
  // Read out once, at the end: four messages a second would drown every other word.
  const said = make("span", { class: "cw-said", role: "status" });
  const pen = (item, stroke, dashes, kind) => {
    const value = make("span", { class: "cw-value" });
    return { kind, value,
      path: make("svg:path", { class: `cw-curve ${kind === "references" ? "cw-reference" : ""}`, stroke, "stroke-dasharray": dashes }),
      dot: kind === "lines" ? make("svg:circle", { class: "cw-dot", r: 3.5, fill: stroke }) : null,
      row: make("li", {}, swatch(stroke, dashes), make("span", {}, mathSymbol(item.symbol)), value) };
  };
  let panels = [];
  const holder = make("div", { class: "cw-panels" });
  const root = make("div", { class: "cw cw-plots cw-live", role: "group", "aria-label": model.get("alt") },
    holder, make("div", { class: "cw-bar" }, bar, status, said));

  function build() {
    panels = model.get("panels").map((about) => {
      const plot = make("svg:svg", { class: "cw-plot", role: "img", "aria-label": `${about.symbol.spoken}: ${[...about.lines, ...about.references].map((item) => item.symbol.spoken).join(", ")}` });
      const back = make("svg:g");
      const inner = make("svg:svg");
      const axis = svgSymbol(about.x_symbol, { class: "cw-tick", "text-anchor": "middle" });
      const pens = [
        ...about.lines.map((item, i) => pen(item, colour(i), DASHES[i % 6], "lines")),
        ...about.references.map((item) => pen(item, "var(--cw-muted)", "4 3", "references")),
      ];
      inner.append(...pens.map(({ path }) => path).reverse(), ...pens.flatMap(({ dot }) => dot ?? []));
      plot.append(back, axis, inner);
      const figure = make("figure", {}, make("figcaption", {}, mathSymbol(about.symbol)), plot, make("ul", {}, ...pens.map(({ row }) => row)));
      return { figure, plot, back, inner, axis, pens };
    });
    holder.replaceChildren(...panels.map(({ figure }) => figure));
  }
  function draw() {
    const about = model.get("panels");
    const points = floatsOf(model.get("points"));
    if (panels.length !== about.length || panels.some(({ pens }, p) => pens.length !== about[p].lines.length + about[p].references.length)) build();
    panels.forEach(({ plot, back, inner, axis, pens }, p) => {
      const box = boxOf(plot, { bottom: 38 });
      clip(inner, box);
      back.replaceChildren(...axisMarks(box, about[p].ticks, about[p].x_ticks));
      setAll(axis, { x: box.x + box.w / 2, y: box.y + box.h + 32 });
      [...about[p].lines, ...about[p].references].forEach(({ offset, count, last }, i) => {
        const places = points.subarray(offset, offset + count);
        const heights = points.subarray(offset + count, offset + 2 * count);
        pens[i].path.setAttribute("d", pathOf(box, places, heights));
        pens[i].value.textContent = last;
        const [x, y] = [places[count - 1], heights[count - 1]];
        if (pens[i].dot) {
          const shown = y >= 0 && y <= 1;
          setAll(pens[i].dot, { visibility: shown ? "visible" : "hidden", cx: shown ? box.x + x * box.w : 0, cy: shown ? box.y + (1 - y) * box.h : 0 });
        }
      });
    });
    const fraction = model.get("fraction");
    bar.hidden = fraction < 0;
    fillBar.style.width = `${100 * Math.max(fraction, 0)}%`;
    setAll(bar, { "aria-valuenow": Math.round(100 * fraction), "aria-valuetext": model.get("status") });
    status.textContent = model.get("status");
    said.textContent = model.get("finished") ? model.get("status") : "";
    setAll(root, { "data-finished": model.get("finished") });
    root.dataset.painted = Number(root.dataset.painted ?? 0) + 1;
  }
  model.on("change:revision", draw);
  el.append(root);
  const size = new ResizeObserver(draw);
  size.observe(root);
  return () => {
    size.disconnect();
    model.off("change:revision", draw);
    root.remove();
  };
}

export default { render };
