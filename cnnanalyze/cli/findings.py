"""Findings where they go: to the terminal, with its colours and width, or to files."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cnnanalyze.cli import output
from cnnanalyze.core.spelling import count_of
from cnnanalyze.report.findings import write as render

if TYPE_CHECKING:
    from cnnanalyze.linting.result import LintResult
    from cnnanalyze.linting.run import Configuration, LintTarget


def result(found: LintResult, format: str, *, quiet: bool) -> None:  # noqa: A002 - as the option
    """Print what was found; if quiet, nothing else."""
    text = render(found, format, styling=output.styling(), width=_width(), quiet=quiet)
    output.write(text, format=_way(format))


def write(found: LintResult, format: str, path: Path) -> None:  # noqa: A002 - the name of the option
    """Write what was found to a file."""
    output.write(render(found, format), path, _way(format))


def changes(count: int) -> None:
    """Say on stderr how many changes were made."""
    if count:
        output.remark(f"{count_of(count, 'change')} written")


def files(specs: Sequence[LintTarget]) -> int:
    """Print which files would be read; return the exit code."""
    output.write("".join(f"{spec.name}\n" for spec in specs))
    return 0


def settings(specs: Sequence[LintTarget], configuration: Configuration) -> int:
    """Print what holds for the specs of each folder; return the exit code."""
    from cnnanalyze.report.findings.settings import write as describe

    folders = dict.fromkeys(spec.folder for spec in specs)
    output.write("\n".join(describe(str(folder), configuration.of(folder)) for folder in folders))
    return 0


def _way(format: str) -> str:  # noqa: A002 - as the option
    """Return the way of writing: these two escape by themselves what has to be."""
    return "raw" if format in {"text", "github"} else format


def _width() -> int:
    """Return the characters in a line of the terminal; none if stdout is something else."""
    if not sys.stdout.isatty():
        return 0
    from shutil import get_terminal_size

    return get_terminal_size().columns
