"""What maintainers and instructors run; the learner meets only the command `course`.

This file keeps to syntax that every Python 3 reads: one that is too old gets a sentence, not a traceback.
"""

import sys

try:
    import course_lib  # noqa: F401  (a Python that is too old is told so there)
except ImportError as problem:
    sys.exit(str(problem))
