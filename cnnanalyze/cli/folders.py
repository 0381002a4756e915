"""Folders: which files in them are looked at, and which are passed over.

Links to folders are not followed, so that no circle of them has to be looked for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cache
from glob import has_magic
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cnnanalyze.core.configuration import FILES
from cnnanalyze.core.files import SPEC_ENDINGS, is_file, is_folder, resolved
from cnnanalyze.errors import UsageError

if TYPE_CHECKING:
    from cnnanalyze.core.ignore_patterns import Patterns

EXCLUDE = (
    ".*/",
    *(f"{name}/" for name in ("__pycache__", "__pypackages__", "_build", "build", "buck-out")),
    *(f"{name}/" for name in ("dist", "node_modules", "site-packages", "venv")),
)
"""What is passed over if nobody says otherwise: hidden folders, and what tools put there."""


class Scan(NamedTuple):
    """What a command line says of the files in folders; the rest is in configurations."""

    exclude: tuple[str, ...] | None = None
    extend_exclude: tuple[str, ...] = ()
    include: tuple[str, ...] | None = None
    is_forced: bool = False
    """Whether what is excluded is passed over even if it is named itself."""
    config: Path | None = None
    """One configuration for all folders, instead of the closest of each."""
    isolated: bool = False


class FolderRules(NamedTuple):
    """What holds for the files of one folder."""

    exclude: tuple[Patterns, ...]
    include: Patterns | None
    """Nothing stands for the usual endings."""

    def excludes(self, path: Path, *, is_folder: bool) -> bool:
        """Whether a path is passed over."""
        return any(p.decide(path, is_folder=is_folder) for p in self.exclude)

    def includes(self, path: Path) -> bool:
        """Whether a file is looked at."""
        return (
            path.suffix in SPEC_ENDINGS if self.include is None else bool(self.include.decide(path))
        )

    def within(self, folder: Path) -> FolderRules:
        """Return the rules for a folder that was named itself."""
        return self._replace(exclude=tuple(p.within(folder) for p in self.exclude))


def files_below(folder: Path, endings: Sequence[str]) -> list[Path]:
    """Return the files below a folder that have other endings than specs, in order."""
    return Finder(Scan(include=tuple(f"*{ending}" for ending in endings))).below(folder)


class Finder:
    """Finds files in folders and by patterns.

    Parameters
    ----------
    scan
        What the command line says.
    """

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self._rules = cache(self._read_rules)

    # --- what holds ------------------------------------------------------------------------------

    def configuration(self, folder: Path) -> Path | None:
        """Return the configuration that holds in a folder."""
        from cnnanalyze.core.configuration import find

        if self.scan.config is not None or self.scan.isolated:
            return self.scan.config
        return find(folder)

    def rules(self, folder: Path, base: Path) -> FolderRules:
        """Return what holds in a folder; patterns that are nobody's own are relative to a base."""
        return self._rules(self.configuration(folder), base)

    def _read_rules(self, path: Path | None, base: Path) -> FolderRules:
        from cnnanalyze.core.configuration import read_folders
        from cnnanalyze.core.ignore_patterns import compile_patterns

        scan, here = self.scan, Path.cwd()
        here = here if base.is_relative_to(here) else base  # a folder that lies elsewhere
        said = {} if path is None else read_folders(path)
        folder = base if path is None else resolved(path).parent
        if scan.config is not None and not base.is_relative_to(folder):
            folder = base  # it was named, and lies elsewhere
        groups = [(folder, said["exclude"]) if "exclude" in said else (base, EXCLUDE)]
        if scan.exclude is not None:
            groups = [(here, scan.exclude)]
        groups += [(folder, said.get("extend-exclude", ())), (here, scan.extend_exclude)]
        include = (folder, said["include"]) if "include" in said else None
        if scan.include is not None:
            include = here, scan.include
        return FolderRules(
            tuple(compile_patterns(*group) for group in groups if group[1]),
            None if include is None else compile_patterns(*include),
        )

    def is_excluded(self, path: Path) -> bool:
        """Whether a file or folder that is named itself is to be passed over all the same."""
        from cnnanalyze.core.configuration import root_of

        if not self.scan.is_forced:
            return False
        real = resolved(path.parent) / path.name
        here = Path.cwd()
        base = here if real.is_relative_to(here) else root_of(real.parent)
        return self.rules(real.parent, base).excludes(real, is_folder=is_folder(path))

    # --- in a folder -----------------------------------------------------------------------------

    def below(self, folder: Path) -> list[Path]:
        """Return the files below a folder that are looked at, in order."""
        found: list[Path] = []
        for here, names in self._walk(folder):
            found += (here / name for name in names)
        return sorted(found, key=str)

    def _walk(self, folder: Path) -> Iterator[tuple[Path, list[str]]]:
        """Yield a folder and those below it, with the names of the files that are looked at."""
        real = resolved(folder)
        rules = self.rules(real, real).within(real)
        waiting = [(folder, real, rules, _ignores_above(real))]
        while waiting:
            here, there, rules, ignores = waiting.pop()
            entries = _entries(here, is_named=here == folder)
            names = {entry.name for entry in entries}
            if there != real and not names.isdisjoint(FILES):
                rules = self.rules(there, real)
            if ".gitignore" in names:
                ignores = (*ignores, *_ignores_of(there))
            files = []
            for entry in entries:
                path = there / entry.name
                is_folder = entry.is_dir(follow_symlinks=False)
                if not is_folder and not (rules.includes(path) and _is_file(entry)):
                    continue
                if rules.excludes(path, is_folder=is_folder) or _ignored(path, is_folder, ignores):
                    continue
                if is_folder:
                    waiting.append((here / entry.name, path, rules, ignores))
                else:
                    files.append(entry.name)
            yield here, files

    # --- by a pattern ----------------------------------------------------------------------------

    def matching(self, pattern: str) -> list[Path]:
        """Return the files that fit a pattern, in order.

        ``*`` stands for any part of one name that is not hidden, ``**`` for any folders that are
        not passed over.
        """
        path = Path(pattern)
        parts = path.parts[1:] if path.anchor else path.parts
        found: dict[Path, Path] = {}
        seen: set[tuple[Path, int]] = set()
        waiting = [(Path(path.anchor), 0)]
        while waiting:
            folder, number = waiting.pop()
            state = resolved(folder), number
            if state in seen:
                continue
            seen.add(state)
            part, is_last = parts[number], number == len(parts) - 1
            if part == "**":
                for here, names in self._walk(folder) if is_folder(folder) else ():
                    if is_last:
                        found.update((here / name, here / name) for name in names)
                    else:
                        waiting.append((here, number + 1))
                continue
            for next_ in _fitting(folder, part, with_links="**" not in parts):
                if not is_last:
                    waiting += [(next_, number + 1)] if is_folder(next_) else []
                elif is_file(next_):
                    found[next_] = next_
        return sorted(found, key=str)


def _fitting(folder: Path, part: str, *, with_links: bool) -> Iterator[Path]:
    """Yield what a folder holds by a name, or by the pattern of a name."""
    if not has_magic(part):
        yield folder / part
        return
    if not is_folder(folder):
        return
    for entry in _entries(folder, is_named=False):
        is_hidden = entry.name.startswith(".") and not part.startswith(".")
        is_followed = with_links or not (entry.is_symlink() and is_folder(entry.path))
        if is_followed and not is_hidden and fnmatchcase(entry.name, part):
            yield folder / entry.name


def _entries(folder: Path, *, is_named: bool) -> Sequence[os.DirEntry[str]]:
    """Return what a folder holds; one that may not be read is passed over unless it was named."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        if not is_named:
            return ()
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"the folder '{folder}' cannot be read: {reason}") from None


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether there is a file, perhaps by a link; a pipe or a device is none."""
    return is_file(entry.path)


# --- what git ignores ----------------------------------------------------------------------------


def _ignored(path: Path, is_folder: bool, ignores: Sequence[Patterns]) -> bool:
    """Whether git ignores a path: the patterns closest to it that speak of it decide."""
    for patterns in reversed(ignores):
        decided = patterns.decide(path, is_folder=is_folder)
        if decided is not None:
            return decided
    return False


def _ignores_above(folder: Path) -> tuple[Patterns, ...]:
    """Return the patterns that hold in a folder of a repository from further up."""
    from cnnanalyze.core.configuration import root_of

    root = root_of(folder)
    above = [p for p in reversed(folder.parents) if p.is_relative_to(root)]
    found = [patterns for here in above for patterns in _ignores_of(here)]
    return tuple(patterns.within(folder) for patterns in (*_ignores_of_clone(root), *found))


def _ignores_of(folder: Path) -> Iterator[Patterns]:
    from cnnanalyze.core.ignore_patterns import read_ignore

    if (patterns := read_ignore(folder / ".gitignore")) is not None:
        yield patterns


def _ignores_of_clone(root: Path) -> Iterator[Patterns]:
    """Yield the patterns that one clone has for itself."""
    from cnnanalyze.core.ignore_patterns import read_ignore

    if (patterns := read_ignore(root / ".git" / "info" / "exclude")) is not None:
        yield patterns._replace(folder=root)
