"""Patterns of files to be passed over, as ``.gitignore`` has them.

What they mean is the business of ``pathspec``. It turns each into a regular expression, and some of
these would take time without end on a long name: patterns with more stars than people write are no
patterns here.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from warnings import catch_warnings, simplefilter

from cnnanalyze.core.files import FileError, ReadFailure, is_file, read_bytes

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MOST_STARS = 2
"""How many ``*`` one name of a pattern may have."""
MOST_DOUBLE_STARS = 2
"""How many ``**`` a pattern may have."""
MOST_LINES = 2_000
"""How many lines of a file with patterns are read."""
MOST_BYTES = 200_000


class Patterns(NamedTuple):
    """Patterns with the folder that they are relative to."""

    folder: Path
    lines: tuple[str, ...]
    spec: GitIgnoreSpec

    def decide(self, path: Path, *, is_folder: bool = False) -> bool | None:
        """Whether a path is meant (true), is expressly not meant (false), or is not spoken of."""
        if not path.is_relative_to(self.folder):
            return None
        name = path.relative_to(self.folder).as_posix()
        return self.spec.check_file(f"{name}/" if is_folder else name).include

    def within(self, folder: Path) -> Patterns:
        """Return the patterns that do not mean a folder itself: what is named is looked into."""
        if not folder.is_relative_to(self.folder) or folder == self.folder:
            return self
        lines = tuple(
            line
            for line in self.lines
            if (one := compile_patterns(self.folder, (line,))).spec.patterns
            and not one.decide(folder, is_folder=True)
        )
        return self if lines == self.lines else compile_patterns(self.folder, lines)


def compile_patterns(folder: Path, lines: Iterable[str]) -> Patterns:
    """Return patterns that are known to be good."""
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - only where folders are searched

    kept = tuple(lines)
    with catch_warnings():
        # A bracket in brackets is fine in a pattern; of a regular expression Python warns then.
        simplefilter("ignore", FutureWarning)
        return Patterns(folder, kept, GitIgnoreSpec.from_lines(kept))


def why_not(line: str) -> str:
    """Return what is wrong with a pattern; nothing if it can be used.

    Examples
    --------
    >>> why_not("old/*.yaml"), why_not("a*b*c*d")
    ('', "'a*b*c*d' has more than 2 stars in one name")
    """
    names = line.split("/")
    if any(name.replace("**", "*").count("*") > MOST_STARS for name in names):
        return f"'{line}' has more than {MOST_STARS} stars in one name"
    if names.count("**") > MOST_DOUBLE_STARS:
        return f"'{line}' has more than {MOST_DOUBLE_STARS} times '**'"
    try:
        compile_patterns(Path(), (line,))
    except ValueError:
        return f"'{line}' is not a pattern as .gitignore has them"
    return ""


def read_ignore(path: Path) -> Patterns | None:
    """Return the patterns of a ``.gitignore``; nothing if there is none.

    Like git, no link is followed, and a line that is not a pattern is passed over.
    """
    if path.is_symlink() or not is_file(path):
        return None
    try:
        data = read_bytes(path, MOST_BYTES, what=".gitignore")
    except FileError as error:
        if error.reason is ReadFailure.LARGE:
            raise
        return None
    lines = data.decode("utf-8-sig", errors="replace").splitlines()[:MOST_LINES]
    good = [line for line in lines if line.strip() and line[0] != "#" and not why_not(line)]
    return compile_patterns(path.parent, good) if good else None
