"""A widget without notebook or kernel: its own script on an empty page, with a model that only remembers."""

from __future__ import annotations

import base64
import json
from typing import Any

from playwright.sync_api import Browser, Locator, Page

_PAGE = """<!doctype html><meta charset="utf-8"><style>{css}</style><body data-jp-theme-light="true">
<div id="one"></div><div id="two"></div></body>"""

_START = """async ([esm, state, buffers, places]) => {
  const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const { default: widget } = await import(url);
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const known = { ...state, ...Object.fromEntries(Object.entries(buffers).map(([k, v]) => [k, bytes(v)])) };
  const listeners = new Set();
  window.saved = [];
  window.model = {
    get: (key) => known[key],
    set: (key, value) => { known[key] = value; },
    save_changes: () => window.saved.push(known.index ?? known.cursor),
    on: (event, call) => listeners.add(call),
    off: (event, call) => listeners.delete(call),
  };
  window.listeners = listeners;
  window.cleanups = [];
  for (const place of places) {
    window.cleanups.push(await widget.render({ model: window.model, el: document.getElementById(place) }));
  }
}"""


def show(
    browser: Browser, widget: Any, esm: str | None = None, places: tuple[str, ...] = ("one",), **context: Any
) -> tuple[Page, Locator]:
    """Open a window with the widget in it, as a page without a kernel would; ``esm`` replaces its script."""
    context = {"viewport": {"width": 900, "height": 700}, **context}
    page = browser.new_context(**context).new_page()
    page.set_content(_PAGE.format(css=widget._css))
    state = widget.get_state()
    buffers = {k: base64.b64encode(v).decode() for k, v in state.items() if isinstance(v, bytes | memoryview)}
    plain = {k: v for k, v in state.items() if k not in buffers and not k.startswith("_") and k != "layout"}
    page.evaluate(_START, [esm or widget._esm, json.loads(json.dumps(plain)), buffers, list(places)])
    return page, page.locator(".cw")


def planted(browser: Browser, widget: Any, right: str, wrong: str) -> tuple[Page, Locator]:
    """``show`` with a mistake in the widget's script, which the probes have to notice."""
    assert right in widget._esm
    return show(browser, widget, widget._esm.replace(right, wrong))
