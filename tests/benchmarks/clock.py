"""Timing on a noisy machine: runs take turns, and what is printed are medians and their ratios."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

COMPILED = Path(tempfile.gettempdir()) / "cnnanalyze-benchmark-compiled"


def in_turns(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each call; in every round each is called once."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - began)
    return {name: statistics.median(found) for name, found in times.items()}


def process(*arguments: str, **environment: str) -> Callable[[], None]:
    """Return a call that runs this Python with arguments as a process of its own."""
    around = _around(environment)

    def run() -> None:
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=around)

    return run


def measured(*arguments: str) -> tuple[float, float]:
    """Return what this Python takes as a process of its own: seconds of a core, most megabytes.

    It may end with findings, which is 1. The system counts in the memory of this process when it
    begins the other: what measures had better be small.
    """
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_around({}),
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        raise RuntimeError(f"{' '.join(arguments)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def _around(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which what is imported is compiled once for all processes.

    So it is wherever packages are installed.
    """
    compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(COMPILED)}
    return {**os.environ, **compiled, **environment}


def peak_of_children() -> float:
    """Return the largest resident memory of any child process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table with aligned columns."""
    cells = [list(head), *map(list, rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    print(f"\n{title}")
    for row in cells:
        first, *rest = (
            c.ljust(w) if i == 0 else c.rjust(w)
            for i, (c, w) in enumerate(zip(row, widths, strict=True))
        )
        print("  " + "  ".join([first, *rest]))
