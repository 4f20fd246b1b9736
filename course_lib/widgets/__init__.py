"""Widgets: what a reader moves with the hand. Python prepares numbers, the browser shows them.

No torch here and no mathematics beyond scaling to pixels: whatever is shown was computed before.
"""

from course_lib.widgets.curves import Curves, curves
from course_lib.widgets.player import Player, player

__all__ = ["Curves", "Player", "curves", "player"]
