"""Files that are never half written. Loads no torch, so that the command line may use it and stay quick."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from course_lib import lang


def write_atomically(path: Path, content: bytes, refusal: str = "error.write") -> None:
    """Write ``content`` to ``path`` so that the path never holds half of it.

    ValueError, with the sentence ``refusal``, where it may not be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content)
        os.replace(temporary, path)
    except OSError as problem:
        with suppress(OSError):  # where the folder itself is no folder, there is nothing to take away
            temporary.unlink(missing_ok=True)
        raise ValueError(lang.text(refusal, path=path, problem=problem.strerror)) from None
