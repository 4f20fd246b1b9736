"""Widgets: what a reader moves with the hand. Python prepares numbers, the browser shows them.

No torch here and no mathematics beyond scaling to pixels: whatever is shown was computed before.
"""

from course_lib.widgets.atlas import Atlas, atlas
from course_lib.widgets.curves import Curves, curves
from course_lib.widgets.explorer import Explorer, explorer
from course_lib.widgets.field import Field, field, lattice
from course_lib.widgets.live import Live, live
from course_lib.widgets.player import Player, player
from course_lib.widgets.race import Race, race

__all__ = [
    "Atlas", "Curves", "Explorer", "Field", "Live", "Player", "Race",
    "atlas", "curves", "explorer", "field", "lattice", "live", "player", "race",
]  # fmt: skip
