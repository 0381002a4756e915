"""Changes of files: stored as the file was, shown as a diff, waited for."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnanalyze.cli.output import complain, write
from cnnanalyze.core.file_writing import is_of_package, write_file
from cnnanalyze.core.files import read_bytes, resolved
from cnnanalyze.errors import CnnError, Source, UsageError
from cnnanalyze.linting.edit_check import change as edited

if TYPE_CHECKING:
    from cnnanalyze.linting.fixes import Mended
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
    from cnnanalyze.linting.fixes import excuse, mend
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
            mended = mend(source, spec.base, chosen, parameters, with_unsafe=with_unsafe)
        else:
            mended = excuse(source, spec.base, chosen, parameters, reason)
        files.append(mended.result)
        count += mended.count
        if mended.after.text == source.text:
            continue
        if diff:
            show_diff(source, mended.after)
        else:
            store(Path(spec.name), mended)
    return Changed(files, failed, count)


class Changed(NamedTuple):
    """What is left in specs that were changed."""

    files: list[FileResult]
    failed: list[CnnError]
    changes: int
    """How many there were."""


def check_changeable(spec: LintTarget) -> None:
    """Refuse to change what is no file of the user's."""
    if spec.text is not None:
        raise UsageError(
            "a spec on stdin cannot be changed in place", help="use --diff, or name a file"
        )
    if spec.is_model:
        raise UsageError(
            f"'{spec.name}' is no spec and is not changed",
            help="leave it out: --fix and --add-ignore change specs",
        )
    if spec.is_of_zoo or is_of_package(Path(spec.name)):
        raise UsageError(
            f"'{spec.name}' belongs to cnnanalyze itself and is not changed",
            help="use --diff, or copy the file first",
        )


def store(path: Path, mended: Mended) -> None:
    """Change a file where its text was edited; every other byte stays as it is."""
    text = read_bytes(path).decode("utf-8")
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text.removeprefix(mark)
    before = text
    for edits in mended.rounds:
        text = edited(text, edits)
    if (plain(before), plain(text)) != (mended.before.text, mended.after.text):
        raise UsageError(
            f"'{path}' was changed by another program in the meantime", help="run the command again"
        )
    write_file(path, mark + text)


def plain(text: str) -> str:
    """Return a text with the line ends that reading gives it."""
    return text.replace("\r\n", "\n")


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
        text = line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        # What 'patch' reads must be as it is in the file; a terminal shows it escaped.
        write(text, format="text" if sys.stdout.isatty() else "raw")


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
            except CnnError as error:  # it may be mended while we wait
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
