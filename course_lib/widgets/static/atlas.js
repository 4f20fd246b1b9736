function render({ model, el }) {
  const stop = new AbortController();
  const { signal } = stop;
  const pixels = bytesOf(model.get("pixels"));
  const about = model.get("tracks");
  const captions = model.get("captions");
  const tracks = about.map((track) => makeTrack(track, pixels, model.get("labels"), about.length === 1));
  const placeOf = (strides) => sliders.at().reduce((sum, position, k) => sum + position * strides[k], 0);
  const caption = captions.texts ? [make("p", { class: "cw-caption" })] : [];
  const sliders = makeSliders(model, () => {
    tracks.forEach((track, i) => track.blit(placeOf(about[i].strides)));
    if (!captions.texts) return "";
    caption[0].textContent = captions.texts[placeOf(captions.strides)];
    return caption[0].textContent;
  }, signal);
  const stage = make("div", { class: "cw-stage" }, ...tracks.map((track) => track.figure));
  const root = make("div", { class: "cw cw-atlas", role: "group", "aria-label": model.get("alt") }, stage, ...caption, sliders.bar);
  stage.addEventListener("pointerdown", () => sliders.first.focus({ preventScroll: true }), { signal });
  const deafen = sliders.listen(root);
  el.append(root);
  sliders.paint(root);
  const size = new ResizeObserver(() => fitTracks(tracks, stage.clientWidth, 0));
  size.observe(stage);
  return () => {
    size.disconnect();
    deafen();
    stop.abort();
    root.remove();
  };
}

export default { render };
