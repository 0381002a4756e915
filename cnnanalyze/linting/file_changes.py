"""Changes of files: only of the user's own, stored as the file was, and as a diff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

from cnnanalyze.core.file_writing import is_of_package, write_file
from cnnanalyze.core.files import read_bytes
from cnnanalyze.errors import Source, UsageError
from cnnanalyze.linting.edit_check import change

if TYPE_CHECKING:
    from cnnanalyze.linting.finding import Edit
    from cnnanalyze.linting.run import LintTarget


def check_changeable(spec: LintTarget) -> None:
    """Refuse to change what is not a file of the user's."""
    if spec.text is not None:
        raise UsageError(
            "a spec on stdin cannot be changed in place", help="use --diff, or name a file"
        )
    if spec.is_model:
        raise UsageError(
            f"'{spec.name}' is not a spec and is not changed",
            help="leave it out: only specs are changed",
        )
    if spec.is_of_zoo or is_of_package(Path(spec.name)):
        raise UsageError(
            f"'{spec.name}' belongs to cnnanalyze itself and is not changed",
            help="use --diff, or copy the file first",
        )


def store(path: Path, before: Source, after: Source, rounds: Iterable[Iterable[Edit]]) -> None:
    """Change a file where its text was edited; every other byte stays as it is.

    Parameters
    ----------
    path
        The file.
    before, after
        Its text as it was read, and as it will be.
    rounds
        What was edited, one after the other: each round speaks of the text after the one before.

    Raises
    ------
    UsageError
        If another program has changed the file in the meantime.
    """
    text = read_bytes(path).decode("utf-8")
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text.removeprefix(mark)
    found = text
    for edits in rounds:
        text = change(text, edits)
    if (plain(found), plain(text)) != (before.text, after.text):
        raise UsageError(
            f"'{path}' was changed by another program in the meantime", help="run the command again"
        )
    write_file(path, mark + text)


def plain(text: str) -> str:
    """Return a text with the line ends that reading gives it."""
    return text.replace("\r\n", "\n")


def difference(before: Source, after: Source) -> Iterator[str]:
    """Yield the lines of a unified diff of two texts that ``patch`` takes."""
    lines = unified_diff(
        before.text.splitlines(keepends=True),
        after.text.splitlines(keepends=True),
        before.name,
        after.name,
    )
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
