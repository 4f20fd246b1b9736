/** One track: a canvas of the frame's own size, enlarged by the browser in whole device pixels.
    ``cuts`` says where each frame lies and how large it is, in a track whose frames differ in size. */
function makeTrack(track, pixels, labels, alone) {
  const { width, height, channels, offset, symbol, cuts } = track;
  const name = symbol.spoken || labels.picture;
  const canvas = make("canvas", { width, height, role: "img", "aria-label": name });
  const context = canvas.getContext("2d");
  let image = null;
  const step = width * height * channels;
  const blit = (index) => {
    let [from, tall, wide] = cuts ? cuts[index] : [offset + index * step, height, width];
    if (image?.width !== wide || image.height !== tall) {
      if (canvas.width !== wide || canvas.height !== tall) Object.assign(canvas, { width: wide, height: tall });
      image = context.createImageData(wide, tall);
      image.data.fill(255);
      if (made.fit) made.fit();
    }
    const to = image.data;
    for (let at = 0; at < to.length; at += 4, from += channels) {
      to[at] = pixels[from];
      to[at + 1] = pixels[channels === 3 ? from + 1 : from];
      to[at + 2] = pixels[channels === 3 ? from + 2 : from];
    }
    context.putImageData(image, 0, 0);
  };
  const frame = make("div", { class: "cw-frame" }, canvas);
  const figure = make("figure", {}, frame);
  if (!alone || symbol.spoken) figure.append(make("figcaption", { "aria-hidden": "true" }, mathSymbol(symbol)));
  const made = { figure, frame, canvas, blit, width, height, cuts, scale: track.scale, fit: null };
  return made;
}

/** Sizes in which every image pixel is a square of whole device pixels and the tracks fit side by side.
    A track that wants less than its share leaves the rest to the others; a long strip gets a row of its own. */
function fitTracks(tracks, available, scale) {
  const dpr = window.devicePixelRatio || 1;
  const gap = 22;
  const wanted = tracks.map(({ width, height, scale: own }) => {
    const k = own || scale;
    return k ? k * width : Math.max(width, tracks.length === 1 ? 224 : 240, (84 * width) / height);
  });
  let left = available - gap * (tracks.length - 1);
  const order = tracks.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  order.forEach((i, before) => {
    const track = tracks[i];
    const share = left / (tracks.length - before);
    const strip = track.width >= 4 * track.height;
    const room = strip ? available : Math.min(available, Math.max(share, Math.min(wanted[i], 84)));
    const box = Math.min(wanted[i], room);
    left -= Math.min(box, share);
    const most = (box * track.height) / track.width;
    const sizeOf = (width, height) => {
      const room = Math.min(box, (most * width) / height);
      const k = Math.floor((room * dpr) / width + 1e-6);
      const size = k >= 1 ? (k * width) / dpr : room;
      return [size, (size * height) / width];
    };
    // The place of a track whose frames differ in size stays as large as the largest of them.
    if (track.cuts) {
      const sizes = track.cuts.map(([, height, width]) => sizeOf(width, height));
      const [wide, tall] = [0, 1].map((side) => Math.max(...sizes.map((size) => size[side])));
      Object.assign(track.frame.style, { width: `${wide}px`, height: `${tall}px` });
    }
    track.fit = () => {
      const [wide, tall] = sizeOf(track.canvas.width, track.canvas.height);
      Object.assign(track.canvas.style, { width: `${wide}px`, height: `${tall}px` });
    };
    track.fit();
  });
}
