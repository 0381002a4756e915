"""Selecting: which rules speak up, by profile, codes, first letters of codes, and names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from glob import has_magic
from pathlib import Path
from typing import NamedTuple

from cnnanalyze.core.files import resolved
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import UsageError
from cnnanalyze.linting.rules import ENGINE, FAULT, RuleEntry

PROFILES = ("default", "teaching", "strict")
ALL = "ALL"
_TARGET = "target:"


class Level(NamedTuple):
    """What one source of settings says of the selection: a file, a spec, the command line."""

    profile: str | None = None
    target: str | None = None
    select: tuple[str, ...] | None = None
    """Instead of the profile's rules; nothing leaves the profile as it is."""
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


def resolve(word: str, known: Mapping[str, RuleEntry]) -> frozenset[str]:
    """Return the codes that a word stands for: ``CV003``, ``CV``, ``even-kernel`` or ``ALL``.

    Raises
    ------
    UsageError
        If there is no such rule.

    Examples
    --------
    >>> from cnnanalyze.linting.rules import entries
    >>> resolve("even-kernel", entries())
    frozenset({'CV003'})
    """
    if word == ALL:
        return frozenset(known)
    found = frozenset(
        code
        for code, entry in known.items()
        if word and (code.startswith(word) or entry.name == word)
    )
    if not found:
        raise unknown(word, known)
    return found


def unknown(word: str, known: Mapping[str, RuleEntry]) -> UsageError:
    """Return the error of a word that names no rule, with the nearest name."""
    names = [entry.name for entry in known.values()]
    other_case = next((w for w in (*known, *names) if w.lower() == word.lower()), None)
    hint = f"; did you mean '{other_case}'?" if other_case else nearest(word, names)
    return UsageError(f"there is no rule '{word}'{hint}", help="'cnnanalyze rule' lists them")


def targets(known: Mapping[str, RuleEntry]) -> tuple[str, ...]:
    """Return the names of the hardware targets that rules know."""
    found = {p.removeprefix(_TARGET) for e in known.values() for p in e.profiles if _TARGET in p}
    return tuple(sorted(found))


def check_profile(name: str) -> str:
    """Return the name of a profile, or refuse it with the nearest known."""
    if name not in PROFILES:
        raise UsageError(
            f"there is no profile '{name}'{nearest(name, PROFILES)}",
            help=f"the profiles are {', '.join(PROFILES)}",
        )
    return name


def check_target(name: str, known: Mapping[str, RuleEntry]) -> str:
    """Return the name of a target, or refuse it with the nearest known."""
    names = targets(known)
    if name not in names:
        raise UsageError(
            f"there is no target '{name}'{nearest(name, names)}",
            help=f"the targets are {', '.join(names)}" if names else "no rule knows a target",
        )
    return name


def target_of(levels: Iterable[Level]) -> str | None:
    """Return the target: the one of the highest level that names one."""
    return next((level.target for level in reversed([*levels]) if level.target), None)


def choose(levels: Iterable[Level], known: Mapping[str, RuleEntry]) -> frozenset[str]:
    """Return the codes of the rules that are on.

    The highest level that has a ``select`` or a profile decides what to begin with; from there
    upwards every level adds and takes away, the longer word winning within a level. Faults of the
    reading and the linter's own findings are always on, except the unused comments.
    """
    ordered = [*levels]
    start = max(
        (n for n, level in enumerate(ordered) if level.select is not None or level.profile),
        default=0,
    )
    chosen: set[str] = set()
    begin = ordered[start] if ordered else Level()
    if begin.select is None:
        chosen.update(_of_profile(begin.profile or "default", known))
    if (target := target_of(ordered)) is not None:
        chosen.update(c for c, e in known.items() if f"{_TARGET}{target}" in e.profiles)
    for level in ordered[start:]:
        _adjust(chosen, level, known)
    return frozenset(chosen | {c for c, e in known.items() if is_always_on(e)})


def is_always_on(entry: RuleEntry) -> bool:
    """Whether a rule cannot be switched off: without it a run could pass that should not."""
    return entry.needs == FAULT or (entry.needs == ENGINE and entry.severity == "error")


def _of_profile(profile: str, known: Mapping[str, RuleEntry]) -> Iterable[str]:
    wanted = {"default", profile}
    return (code for code, entry in known.items() if wanted & entry.profiles)


def _adjust(chosen: set[str], level: Level, known: Mapping[str, RuleEntry]) -> None:
    """Add and take away what one level says, short words first."""
    adding = [(w, True) for w in (*(level.select or ()), *level.extend_select)]
    words = [*adding, *((w, False) for w in level.ignore)]
    names = {entry.name for entry in known.values()}

    def weight(item: tuple[str, bool]) -> tuple[int, bool]:
        word, adds = item
        length = 0 if word == ALL else 100 if word in names or word in known else len(word)
        return length, not adds

    for word, adds in sorted(words, key=weight):
        codes = resolve(word, known)
        if adds:
            chosen |= codes
        else:
            chosen -= codes


def _fits(name: str, pattern: str) -> bool:
    """Whether a name is meant; most patterns are names themselves, and need not be compiled."""
    return name == pattern or (has_magic(pattern) and fnmatch(name, pattern))


class PerFile(NamedTuple):
    """Rules that are off in some files, or in one block of them."""

    pattern: str
    words: tuple[str, ...]
    folder: Path
    """What the pattern is relative to."""

    def fits_file(self, file: str) -> bool:
        """Whether a file is meant: by its path from the configuration's folder, or by its name."""
        pattern = self.pattern.partition("#")[0]
        path = Path(file)
        if "/" not in pattern and _fits(path.name, pattern):
            return True
        here = resolved(path.parent) / path.name
        if not here.is_relative_to(self.folder):
            return False
        return _fits(here.relative_to(self.folder).as_posix(), pattern.removeprefix("./"))

    def fits_path(self, path: str) -> bool:
        """Whether a layer or block is meant: ``net.yaml#stage3`` means one block of a file."""
        block = self.pattern.partition("#")[2]
        return not block or _fits(path, block) or _fits(path, f"{block}/*")
