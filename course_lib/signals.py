"""Ctrl-C and SIGTERM during a run: heard at any time, answered where nothing is torn apart."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Terminated(SystemExit):
    """SIGTERM has ended the run: its state is saved, and the program ends with the status 143."""

    def __init__(self) -> None:
        super().__init__(128 + signal.SIGTERM)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back until the block has ended, so that what belongs together changes together."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield  # only the main thread is ever interrupted
        return
    pressed: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        signal.raise_signal(signal.SIGINT)


class Ears:
    """What a run has heard that is to end it.

    heard: the signal's number, 0 for none. busy: in a step or a save, which a signal must not cut; the run
    says so.
    """

    def __init__(self) -> None:
        self.heard, self.busy = 0, False

    @contextmanager
    def listening(self, alone: bool) -> Iterator[None]:
        """Note what is to end the run after the step: SIGTERM, and among several processes Ctrl-C.

        There the others wait for this one's part of the step. Between two steps of one ``alone`` SIGTERM
        ends it at once. A program that answers SIGTERM itself, or ignores it, is left to do so.
        """
        self.heard, self.busy = 0, False  # what stopped an earlier call has been heard
        before: dict[int, Any] = {}
        if threading.current_thread() is threading.main_thread():
            before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
            if alone or before[signal.SIGINT] is None:
                del before[signal.SIGINT]
            if before[signal.SIGTERM] != signal.SIG_DFL:
                del before[signal.SIGTERM]

        def note(number: int, frame: object) -> None:
            self.heard = max(self.heard, number)  # SIGTERM counts more than Ctrl-C
            if self.heard == signal.SIGTERM and alone and not self.busy:
                self.heard = 0  # said here; the loop's end must not say it again
                raise Terminated

        for number in before:
            signal.signal(number, note)
        try:
            yield
        except (GeneratorExit, KeyboardInterrupt, Terminated):  # the loop was left, and a signal says more
            if self.heard != signal.SIGTERM:
                raise
        finally:
            if threading.current_thread() is threading.main_thread():
                for number, handler in before.items():
                    signal.signal(number, handler)
        if self.heard == signal.SIGTERM:
            raise Terminated
        if self.heard:  # in the last step: no further one has told the others
            signal.raise_signal(signal.SIGINT)
