"""Changes of files: made, shown as a diff, waited for."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnanalyze.cli.output import complain, write
from cnnanalyze.core.files import resolved
from cnnanalyze.errors import CnnError, Source
from cnnanalyze.linting.file_changes import check_changeable, difference, store

if TYPE_CHECKING:
    from cnnanalyze.linting.result import FileResult
    from cnnanalyze.linting.run import Configuration, LintTarget

INTERVAL = 0.5
"""Seconds between two looks at the files."""


def change(
    specs: Sequence[LintTarget],
    configuration: Configuration,
    parameters: dict[str, Any],
    *,
    diff: bool,
    reason: str | None,
    with_unsafe: bool = False,
) -> Changed:
    """Mend specs, or with a reason write comments into them; with ``diff`` only show that."""
    from cnnanalyze.linting.fixes import apply_fixes, excuse
    from cnnanalyze.linting.run import lint_model

    files: list[FileResult] = []
    failed: list[CnnError] = []
    count = 0
    for spec in specs:
        if not diff:
            check_changeable(spec)
    for spec in specs:
        chosen = configuration.of(spec.folder)
        try:
            if spec.is_model:
                files.append(lint_model(spec.name, chosen, parameters))
                continue
            source = spec.open()
        except CnnError as error:
            failed.append(error)
            continue
        if reason is None:
            fixed = apply_fixes(source, spec.base, chosen, parameters, with_unsafe=with_unsafe)
        else:
            fixed = excuse(source, spec.base, chosen, parameters, reason)
        files.append(fixed.result)
        count += fixed.count
        if fixed.after.text == source.text:
            continue
        if diff:
            show_diff(source, fixed.after)
        else:
            store(Path(spec.name), fixed.before, fixed.after, fixed.rounds)
    return Changed(files, failed, count)


class Changed(NamedTuple):
    """What is left in specs that were changed."""

    files: list[FileResult]
    failed: list[CnnError]
    changes: int
    """How many there were."""


def show_diff(before: Source, after: Source) -> None:
    """Print the difference of two texts as a unified diff that ``patch`` takes."""
    for line in difference(before, after):
        # What 'patch' reads must be as it is in the file; a terminal shows it escaped.
        write(line, format="text" if sys.stdout.isatty() else "raw")


def follow(specs: Sequence[str], once: Callable[[], object]) -> None:
    """Do something now, and again whenever a spec or a configuration has changed.

    It ends with Ctrl-C, or if nobody reads what is printed any more.
    """
    seen: dict[Path, float] | None = None
    stdout = sys.stdout
    while sys.stdout is stdout:
        now = _times(specs)
        if now != seen:
            seen = now
            if sys.stdout.isatty():
                write("\x1b[2J\x1b[H", format="raw")
            try:
                once()
            except CnnError as error:  # it may be repaired while we wait
                complain([error])
        time.sleep(INTERVAL)


def _times(specs: Sequence[str]) -> dict[Path, float]:
    """Return when each file that matters was last changed."""
    from cnnanalyze.cli.specs import search
    from cnnanalyze.core import configuration

    try:
        paths = [Path(n) for n in search(specs).names if n != "-" and not n.startswith("zoo:")]
    except CnnError:
        paths = []
    found = {configuration.find(resolved(folder)) for folder in {path.parent for path in paths}}
    times = {}
    for path in (*paths, *(f for f in found if f is not None)):
        try:
            times[path] = path.stat().st_mtime
        except OSError:
            times[path] = 0.0
    return times
