const PLAY = { play: "M3 1.5v13l11-6.5z", pause: "M3 2h3.6v12H3zM9.4 2H13v12H9.4z" };

/** A button that plays the positions 0..last of a widget with ``fps`` and perhaps ``loop``. ``at()`` is where it
    stands, ``moveTo(k)`` goes there, ``rest()`` is called at each end, ``speed()`` multiplies ``fps``. */
function makePlay(model, { last, at, moveTo, rest, speed = () => 1 }, signal) {
  const labels = model.get("labels");
  const icon = make("svg:path", { d: PLAY.play });
  const button = make("button", { class: "cw-play", type: "button", "aria-label": labels.play, title: labels.play },
    make("svg:svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, icon));
  let ticket = 0;
  let playing = false;
  function set(on) {
    playing = on;
    cancelAnimationFrame(ticket);
    icon.setAttribute("d", on ? PLAY.pause : PLAY.play);
    button.title = on ? labels.pause : labels.play;
    button.setAttribute("aria-label", button.title);
    button.closest(".cw").dataset.playing = on;
    if (!on) return rest();
    if (at() === last) moveTo(0);
    let here = at();
    let place = here;
    let before = null;
    // Where motion is to be reduced, playing turns pages: twenty of them, slowly.
    const calm = reducedMotion();
    const page = calm ? Math.max(1, (last + 1) / 20) : 1;
    const tick = (stamp) => {
      if (at() !== here) return set(false); // another hand has moved it
      place += (before === null ? 0 : (stamp - before) / 1000) * speed() * (calm ? (last + 1) / 20 : model.get("fps"));
      before = stamp;
      if (place >= last && !model.get("loop")) {
        moveTo(last);
        return set(false);
      }
      place %= last + 1;
      here = Math.floor(Math.floor(place / page) * page);
      moveTo(here);
      ticket = requestAnimationFrame(tick);
    };
    ticket = requestAnimationFrame(tick);
  }
  const toggle = () => set(!playing);
  button.addEventListener("click", toggle, { signal });
  signal.addEventListener("abort", () => cancelAnimationFrame(ticket));
  return { button, toggle, stop: () => playing && set(false) };
}
