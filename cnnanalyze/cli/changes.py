"""Changes of files: stored as the file was, shown as a diff, waited for."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from cnnanalyze.cli.output import complain, write, write_file
from cnnanalyze.core.files import read_bytes, resolved
from cnnanalyze.errors import CnnError, Source

INTERVAL = 0.5
"""Seconds between two looks at the files."""


def store(path: Path, text: str) -> None:
    """Write a changed text, with the line ends and the first mark that the file had."""
    data = read_bytes(path)
    if b"\r\n" in data:
        text = text.replace("\n", "\r\n")
    if data.startswith(b"\xef\xbb\xbf"):
        text = f"\ufeff{text}"
    write_file(path, text)


def show_diff(before: Source, after: Source) -> None:
    """Print the difference of two texts as a unified diff that ``patch`` takes."""
    from difflib import unified_diff

    lines = unified_diff(
        before.text.splitlines(keepends=True),
        after.text.splitlines(keepends=True),
        before.name,
        after.name,
    )
    for line in lines:
        write(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")


def follow(specs: Sequence[str], once: Callable[[], object]) -> None:
    """Do something now, and again whenever a spec or a configuration has changed; until Ctrl-C."""
    seen: dict[Path, float] | None = None
    while True:
        now = _times(specs)
        if now != seen:
            seen = now
            if sys.stdout.isatty():
                write("\x1b[2J\x1b[H")
            try:
                once()
            except CnnError as error:  # it may be mended while we wait
                complain([error])
        time.sleep(INTERVAL)


def _times(specs: Sequence[str]) -> dict[Path, float]:
    """Return when each file that matters was last changed."""
    from cnnanalyze.cli.specs import find
    from cnnanalyze.lint import discovery

    try:
        paths = [Path(name) for name in find(specs) if name != "-" and not name.startswith("zoo:")]
    except CnnError:
        paths = []
    found = {discovery.find(resolved(folder)) for folder in {path.parent for path in paths}}
    times = {}
    for path in (*paths, *(f for f in found if f is not None)):
        try:
            times[path] = path.stat().st_mtime
        except OSError:
            times[path] = 0.0
    return times
