"""Where results go: to stdout alone, or to a file that is whole or not there."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from errno import EACCES
from pathlib import Path
from stat import S_IMODE
from typing import TYPE_CHECKING

from cnnanalyze.errors import CnnError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from cnnanalyze.report.table import Table
    from cnnanalyze.report.terminal import Lines


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file by way of a temporary one beside it, so that nothing half-written is left."""
    target = path.resolve()
    if str(path).startswith("zoo:") or is_of_package(target):
        raise UsageError(
            f"cannot write '{path}': it belongs to cnnanalyze itself",
            help="choose a file of your own",
        )
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        if target.exists() and not target.is_file():  # a device, a pipe: nothing can be beside it
            target.write_bytes(data)
            return
        # A file that may not be written could be replaced all the same: that is not what is meant.
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(EACCES, os.strerror(EACCES))
        beside = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            beside.write_bytes(data)
            if target.exists():
                beside.chmod(S_IMODE(target.stat().st_mode))
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(
            f"cannot write '{path}': {(error.strerror or str(error)).lower()}",
            help="choose a file in a folder that exists and may be written",
        ) from None


def is_of_package(path: Path) -> bool:
    """Whether a file belongs to the installed package.

    Examples
    --------
    >>> is_of_package(Path(__file__)), is_of_package(Path("net.yaml"))
    (True, False)
    """
    package = Path(__file__).resolve().parent.parent
    return Path(os.path.realpath(path)).is_relative_to(package)


def write(text: str, output: Path | None = None) -> None:
    """Write a text to a file, or to stdout as it is."""
    if output is not None:
        write_file(output, text)
        return
    try:
        try:
            sys.stdout.write(text)
        except UnicodeEncodeError:  # an old code page: UTF-8 is better than nothing
            sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # What could not be written must not be tried again when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise UsageError(
            f"cannot write to stdout: {(error.strerror or str(error)).lower()}",
            help="'-o FILE' writes to a file",
        ) from None


def console(*, stderr: bool = False) -> Console:
    """Return the terminal, with the colours and the width that it has."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def show(lines: Lines) -> None:
    """Print lines, in colour where stdout is a terminal; without one, rich is not imported."""
    if not (sys.stdout.isatty() or _is_forced()):
        from cnnanalyze.report.terminal import terminal_width

        write(lines.plain(terminal_width()))
        return
    from io import StringIO

    from rich.console import Console

    # What is written is made first, as for the terminal: one place then meets what can go wrong.
    real, text = console(), StringIO()
    Console(
        file=text,
        width=real.width,
        force_terminal=real.is_terminal,
        color_system=real.color_system,  # type: ignore[arg-type]  # rich types its own words as str
        no_color=real.no_color,
        legacy_windows=False,
    ).print(lines, crop=False)
    write(text.getvalue())


def _is_forced() -> bool:
    """Whether the environment asks for colour although nothing shows it (as rich reads it)."""
    return any(os.environ.get(name) for name in ("FORCE_COLOR", "TTY_COMPATIBLE"))


def show_table(table: Table, format: str, output: Path | None) -> None:  # noqa: A002
    """Print a table in a format, in colour if it is for a terminal."""
    if format == "table" and output is None:
        from cnnanalyze.report.terminal import Grid

        show(Grid(table))
    else:
        from cnnanalyze.report import write_table

        write(write_table(table, format), output)


def complain(errors: Sequence[CnnError]) -> None:
    """Print errors on stderr."""
    for error in errors:
        sys.stderr.write(f"{error}\n")
