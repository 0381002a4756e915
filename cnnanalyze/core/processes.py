"""Processes that help: an interrupt ends them at once and silently, whenever it comes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def starting() -> Iterator[None]:
    """Start processes that an interrupt ends silently and that import nothing of this folder."""
    name = "PYTHONSAFEPATH"
    before = os.environ.get(name)
    os.environ[name] = before or "1"
    try:
        with _interrupts_held():
            yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Let an interrupt wait while processes are started.

    Ctrl-C reaches every process of a terminal. One that has just been started has not come to
    :func:`end_silently` yet, and would print a traceback; it inherits that interrupts wait.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_silently() -> None:
    """Let an interrupt end this process without a word, one that has waited among them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
