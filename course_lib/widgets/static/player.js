function render({ model, el }) {
  const labels = model.get("labels");
  const count = model.get("count");
  const times = model.get("times");
  const captions = model.get("captions");
  const unit = model.get("unit") ?? ""; // a race counts something; a player shows t
  const last = count - 1;
  const stop = new AbortController();
  const { signal } = stop;

  const pixels = bytesOf(model.get("pixels"));
  const about = model.get("tracks");
  const tracks = about.map((track) => makeTrack(track, pixels, labels, about.length === 1));
  const notes = about.map(({ clock }, i) => {
    if (!clock) return null;
    const note = make("span", { class: "cw-run cw-muted", "aria-hidden": "true" });
    tracks[i].figure.append(note);
    return note;
  });
  const play = makePlay(model, { last, at: () => index, moveTo: show, rest: tell, speed: () => Number(speed.value) }, signal);
  const slider = makeSlider(last, labels.slider);
  const now = document.createTextNode("");
  const readout = make("span", { class: "cw-readout", "aria-hidden": "true" },
    times.length && !unit ? make("span", { class: "cw-t" }, make("i", {}, "t"), " = ", now) : now);
  const longest = Math.max(...(times.length ? times.map((t) => t.length + (unit ? 1 : 4)) : [2 * String(count).length + 3]));
  readout.style.setProperty("--cw-readout", `${longest}ch`);
  const speed = make("select", { "aria-label": labels.speed, title: labels.speed },
    ...model.get("speeds").map((s) => make("option", { value: s, ".selected": s === 1 }, `${s}×`)));
  const ends = times.length ? [times[0], times[last]] : ["1", String(count)];
  const caption = captions.length ? [make("p", { class: "cw-caption" })] : [];
  const root = make("div", { class: unit ? "cw cw-player cw-race" : "cw cw-player", role: "group", "aria-label": model.get("alt") },
    make("div", { class: "cw-stage" }, ...tracks.map((track) => track.figure)),
    ...caption,
    make("div", { class: "cw-bar" }, play.button, slider, readout,
      make("div", { class: "cw-ends cw-muted", "aria-hidden": "true" },
        ...(unit ? [ends[0], unit, ends[1]] : ends).map((end) => make("span", {}, end))),
      make("div", { class: "cw-speed" }, speed)));
  const stage = root.firstChild;

  let index = -1;
  let painted = 0;
  function show(to) {
    to = Math.min(Math.max(Math.round(to), 0), last);
    if (to === index) return;
    index = to;
    tracks.forEach((track, i) => track.blit(about[i].reached?.[index] ?? index));
    now.data = times.length ? times[index] : `${index + 1} / ${count}`;
    if (captions.length) caption[0].textContent = captions[index];
    const said = about.map(({ clock, reached, begins, done, symbol }, i) => {
      if (!clock) return "";
      const over = index >= done;
      // Before its first frame is due a run shows it all the same, but has only come as far as the tick.
      const state = { n: index < begins ? times[index] : clock[reached[index]], last: clock[clock.length - 1] };
      notes[i].textContent = fill(over ? labels.finished : labels.running, state);
      notes[i].classList.toggle("cw-over", over);
      return `; ${symbol.spoken} ${notes[i].textContent}`;
    });
    setSlider(slider, index, fill(labels.position, { t: times[index], n: index + 1, N: count }) + said.join(""));
    painted += 1;
    root.dataset.index = index;
    root.dataset.painted = painted;
    root.dispatchEvent(new CustomEvent("painted", { detail: { index } }));
  }
  function tell() {
    if (model.get("index") === index) return;
    model.set("index", index);
    model.save_changes();
  }

  const moveTo = (to) => {
    play.stop();
    show(to);
  };

  slider.addEventListener("input", () => moveTo(Number(slider.value)), { signal });
  slider.addEventListener("change", tell, { signal });
  stage.addEventListener("pointerdown", () => slider.focus({ preventScroll: true }), { signal });
  ownKeys(root, (event) => {
    if (event.target === speed) return;
    if (event.key === " " && event.target !== play.button) play.toggle();
    else {
      const to = movedBy(event.key, index, last);
      if (to === null) return;
      moveTo(to);
    }
    event.preventDefault();
  }, signal);
  // The position travels once the key is let go, not sixty times while it repeats.
  root.addEventListener("keyup", (event) => {
    if (movedBy(event.key, index, last) !== null) tell();
  }, { signal });

  const fromPython = () => moveTo(model.get("index"));
  model.on("change:index", fromPython);
  const size = new ResizeObserver(() => fitTracks(tracks, stage.clientWidth, model.get("scale")));
  el.append(root);
  show(model.get("index"));
  size.observe(stage);
  return () => {
    size.disconnect();
    model.off("change:index", fromPython);
    stop.abort();
    root.remove();
  };
}

export default { render };
