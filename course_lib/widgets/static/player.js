const ICON = { play: "M3 1.5v13l11-6.5z", pause: "M3 2h3.6v12H3zM9.4 2H13v12H9.4z" };

/** One track: a canvas of the frames' own size, enlarged by the browser in whole device pixels. */
function makeTrack(track, pixels, labels, alone) {
  const { width, height, channels, offset, symbol } = track;
  const name = symbol.spoken || labels.picture;
  const canvas = make("canvas", { width, height, role: "img", "aria-label": name });
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  image.data.fill(255);
  const step = width * height * channels;
  const blit = (index) => {
    let from = offset + index * step;
    const to = image.data;
    for (let at = 0; at < to.length; at += 4, from += channels) {
      to[at] = pixels[from];
      to[at + 1] = pixels[channels === 3 ? from + 1 : from];
      to[at + 2] = pixels[channels === 3 ? from + 2 : from];
    }
    context.putImageData(image, 0, 0);
  };
  const figure = make("figure", {}, canvas);
  if (!alone || symbol.spoken) figure.append(make("figcaption", { "aria-hidden": "true" }, mathSymbol(symbol)));
  return { figure, canvas, blit, width, height };
}

/** Sizes in which every image pixel is a square of whole device pixels and the tracks fit side by side. */
function fitTracks(tracks, available, scale) {
  const dpr = window.devicePixelRatio || 1;
  const gap = 22;
  const share = (available - gap * (tracks.length - 1)) / tracks.length;
  for (const { canvas, width, height } of tracks) {
    const wanted = scale ? scale * width : Math.max(width, tracks.length === 1 ? 224 : 240);
    const room = Math.min(available, Math.max(share, Math.min(wanted, 84)));
    const k = Math.floor((Math.min(wanted, room) * dpr) / width);
    const size = k >= 1 ? (k * width) / dpr : Math.min(wanted, room);
    canvas.style.width = `${size}px`;
    canvas.style.height = `${(size * height) / width}px`;
  }
}

function render({ model, el }) {
  const labels = model.get("labels");
  const count = model.get("count");
  const times = model.get("times");
  const captions = model.get("captions");
  const last = count - 1;
  const stop = new AbortController();
  const { signal } = stop;

  const pixels = bytesOf(model.get("pixels"));
  const about = model.get("tracks");
  const tracks = about.map((track) => makeTrack(track, pixels, labels, about.length === 1));
  const icon = make("svg:path", { d: ICON.play });
  const play = make("button", { class: "cw-play", type: "button", "aria-label": labels.play, title: labels.play },
    make("svg:svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, icon));
  const slider = makeSlider(last, labels.slider);
  const now = document.createTextNode("");
  const readout = make("span", { class: "cw-readout", "aria-hidden": "true" },
    times.length ? make("span", { class: "cw-t" }, make("i", {}, "t"), " = ", now) : now);
  const longest = Math.max(...(times.length ? times.map((t) => t.length + 4) : [2 * String(count).length + 3]));
  readout.style.setProperty("--cw-readout", `${longest}ch`);
  const speed = make("select", { "aria-label": labels.speed, title: labels.speed },
    ...model.get("speeds").map((s) => make("option", { value: s, ".selected": s === 1 }, `${s}×`)));
  const ends = times.length ? [times[0], times[last]] : ["1", String(count)];
  const caption = captions.length ? [make("p", { class: "cw-caption" })] : [];
  const root = make("div", { class: "cw cw-player", role: "group", "aria-label": model.get("alt") },
    make("div", { class: "cw-stage" }, ...tracks.map((track) => track.figure)),
    ...caption,
    make("div", { class: "cw-bar" }, play, slider, readout,
      make("div", { class: "cw-ends cw-muted", "aria-hidden": "true" }, ...ends.map((end) => make("span", {}, end))),
      make("div", { class: "cw-speed" }, speed)));
  const stage = root.firstChild;

  let index = -1;
  let painted = 0;
  function show(to) {
    to = Math.min(Math.max(Math.round(to), 0), last);
    if (to === index) return;
    index = to;
    for (const track of tracks) track.blit(index);
    now.data = times.length ? times[index] : `${index + 1} / ${count}`;
    if (captions.length) caption[0].textContent = captions[index];
    setSlider(slider, index, fill(labels.position, { t: times[index], n: index + 1, N: count }));
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

  let ticket = 0;
  let playing = false;
  function setPlaying(on) {
    playing = on;
    cancelAnimationFrame(ticket);
    icon.setAttribute("d", on ? ICON.pause : ICON.play);
    const label = on ? labels.pause : labels.play;
    play.setAttribute("aria-label", label);
    play.title = label;
    root.dataset.playing = on;
    if (!on) return tell();
    if (index === last) show(0);
    let at = index;
    let before = null;
    // Where motion is to be reduced, playing turns pages: twenty of them, slowly.
    const calm = reducedMotion();
    const tick = (stamp) => {
      const seconds = before === null ? 0 : (stamp - before) / 1000;
      before = stamp;
      const rate = Number(speed.value);
      at += seconds * rate * (calm ? count / 20 : model.get("fps"));
      const page = Math.max(1, count / 20);
      if (at >= last && !model.get("loop")) {
        show(last);
        setPlaying(false);
        return;
      }
      at %= count;
      show(calm ? Math.floor(at / page) * page : Math.floor(at));
      ticket = requestAnimationFrame(tick);
    };
    ticket = requestAnimationFrame(tick);
  }
  const moveTo = (to) => {
    if (playing) setPlaying(false);
    show(to);
  };

  play.addEventListener("click", () => setPlaying(!playing), { signal });
  slider.addEventListener("input", () => moveTo(Number(slider.value)), { signal });
  slider.addEventListener("change", tell, { signal });
  stage.addEventListener("pointerdown", () => slider.focus({ preventScroll: true }), { signal });
  ownKeys(root, (event) => {
    if (event.target === speed) return;
    if (event.key === " " && event.target !== play) setPlaying(!playing);
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
    cancelAnimationFrame(ticket);
    size.disconnect();
    model.off("change:index", fromPython);
    stop.abort();
    root.remove();
  };
}

export default { render };
