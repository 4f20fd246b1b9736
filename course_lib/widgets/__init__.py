"""Widgets: what a reader moves with the hand. Python prepares numbers, the browser shows them.

No torch here and no mathematics beyond scaling to pixels: whatever is shown was computed before.
"""

from course_lib.widgets.curves import Curves, curves
from course_lib.widgets.explorer import Explorer, explorer
from course_lib.widgets.live import Live, live
from course_lib.widgets.player import Player, player

__all__ = ["Curves", "Explorer", "Live", "Player", "curves", "explorer", "live", "player"]
