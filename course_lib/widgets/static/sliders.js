/** The rows of sliders of a widget with ``sliders`` and ``positions``: name, slider, value and what it means.
    ``show(positions)`` paints, and may return what a screen reader hears beside the value. */
function makeSliders(model, show, signal) {
  const about = model.get("sliders");
  let positions = [...model.get("positions")];
  const longest = (texts) => `${Math.max(...texts.map((text) => text.length)) + 1}ch`;
  const controls = about.map(({ symbol, texts, notes }) => {
    const slider = makeSlider(texts.length - 1, symbol.spoken);
    const value = make("span", { class: "cw-at" });
    const note = notes ? [make("span", { class: "cw-note cw-muted" })] : [];
    const now = make("span", { class: "cw-now", "aria-hidden": "true" }, value, ...note);
    value.style.setProperty("--cw-readout", longest(texts));
    note[0]?.style.setProperty("--cw-readout", longest(notes));
    return { slider, now, value, note: note[0], texts, notes, name: make("span", { class: "cw-which", "aria-hidden": "true" }, mathSymbol(symbol)), spoken: symbol.spoken };
  });
  const bar = make("div", { class: "cw-sliders" }, 
    ...controls.map((control) => make("div", { class: "cw-row" }, control.name, control.slider, control.now)));

  function paint(root) {
    const said = show(positions) ?? "";
    controls.forEach(({ slider, value, note, texts, notes, spoken }, k) => {
      const at = positions[k];
      value.textContent = texts[at];
      if (note) note.textContent = notes[at];
      const meaning = notes?.[at] ? ` (${notes[at]})` : "";
      setSlider(slider, at, [`${spoken} = ${texts[at]}${meaning}`, said].filter(Boolean).join(": "));
    });
    root.dataset.index = positions.join(" ");
    root.dataset.painted = Number(root.dataset.painted ?? 0) + 1;
    root.dispatchEvent(new CustomEvent("painted", { detail: { index: root.dataset.index } }));
  }
  const same = () => positions.every((position, k) => position === model.get("positions")[k]);
  function tell() {
    if (same()) return;
    model.set("positions", [...positions]);
    model.save_changes();
  }
  /** Listen to the hand, the keys and Python; returns what ends it. */
  function listen(root) {
    const moveTo = (k, to) => {
      to = Math.min(Math.max(Math.round(to), 0), about[k].texts.length - 1);
      if (to === positions[k]) return;
      positions[k] = to;
      paint(root);
    };
    controls.forEach(({ slider }, k) => {
      slider.addEventListener("input", () => moveTo(k, Number(slider.value)), { signal });
      slider.addEventListener("change", tell, { signal });
    });
    ownKeys(root, (event) => {
      const k = controls.findIndex(({ slider }) => slider === event.target);
      if (k < 0) return;
      const to = movedBy(event.key, positions[k], about[k].texts.length - 1);
      if (to === null) return;
      moveTo(k, to);
      event.preventDefault();
    }, signal);
    // The positions travel once the key is let go, not sixty times while it repeats.
    root.addEventListener("keyup", tell, { signal });
    const fromPython = () => {
      // What the page has told Python comes back as an event of its own.
      if (same()) return;
      positions = [...model.get("positions")];
      paint(root);
    };
    model.on("change:positions", fromPython);
    return () => model.off("change:positions", fromPython);
  }
  return { bar, paint, listen, first: controls[0].slider, at: () => positions };
}
