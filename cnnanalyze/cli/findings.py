"""Findings where they go: to the terminal, with its colours and width, or to files."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cnnanalyze.cli import output
from cnnanalyze.report.findings import write as render

if TYPE_CHECKING:
    from cnnanalyze.lint.result import Result
    from cnnanalyze.lint.run import Configuration, Spec


def result(found: Result, format: str, *, quiet: bool) -> None:  # noqa: A002 - as the option
    """Print what was found; if quiet, nothing else."""
    output.write(render(found, format, colour=_has_colour(), width=_width(), quiet=quiet))


def write(found: Result, format: str, path: Path) -> None:  # noqa: A002 - the name of the option
    """Write what was found to a file."""
    output.write_file(path, render(found, format))


def changes(count: int) -> None:
    """Say on stderr how many changes were made."""
    if count:
        sys.stderr.write(f"{count} {'change' if count == 1 else 'changes'} written\n")


def files(specs: Sequence[Spec]) -> int:
    """Print which files would be read; return the exit code."""
    output.write("".join(f"{spec.name}\n" for spec in specs))
    return 0


def settings(specs: Sequence[Spec], configuration: Configuration) -> int:
    """Print what holds for the specs of each folder; return the exit code."""
    from cnnanalyze.report.findings.settings import write as describe

    folders = dict.fromkeys(spec.folder for spec in specs)
    output.write("\n".join(describe(str(folder), configuration.of(folder)) for folder in folders))
    return 0


def _has_colour() -> bool:
    """Whether stdout shows colours; rich, which would know it, takes longer than linting."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM", "") not in {"", "dumb"}


def _width() -> int:
    """Return the characters in a line of the terminal; none if stdout is something else."""
    if not sys.stdout.isatty():
        return 0
    from shutil import get_terminal_size

    return get_terminal_size().columns
