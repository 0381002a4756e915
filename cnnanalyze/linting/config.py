"""Configuration files: what each key says, and how it is refused.

Reading a configuration never runs code, and never imports what it names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatch
from math import isnan
from pathlib import Path
from typing import Any, NamedTuple

from cnnanalyze.core.configuration import is_inside, open_table, root_of
from cnnanalyze.core.files import is_file, resolved
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.toml import Located, find_word, shown
from cnnanalyze.errors import CnnError, Fault, UsageError
from cnnanalyze.linting.finding import SEVERITIES
from cnnanalyze.linting.rules import entries
from cnnanalyze.linting.selection import PROFILES, Level
from cnnanalyze.linting.settings import Settings, SettingsSource

EXTENSIONS = 10
"""How long a chain of ``extend`` may be."""


def read(path: Path) -> Settings:
    """Read a configuration file, and those that it extends, into settings.

    Raises
    ------
    UsageError
        If a file cannot be read, or a key or a value is not known, each with its place.
    """
    given: list[SettingsSource] = []
    tables: list[Located] = []
    seen: list[Path] = []
    here: Path | None = path
    while here is not None:
        seen.append(resolved(here))
        found = open_table(here, "lint")
        given.insert(0, _read_table(found, resolved(here).parent))
        tables.insert(0, found)
        here = _extended(found, here, seen)
    settings = Settings(tuple(given))
    for n, found in enumerate(tables):
        _check(Settings(tuple(given[: n + 1])), found)
    return settings


def _check(settings: Settings, found: Located) -> None:
    """Refuse words that name no rule, at the place where the file has them."""
    try:
        settings.check()
    except UsageError as error:
        fault = error.faults[0]
        _, quote, behind = fault.message.partition("'")
        word = behind.partition("'")[0] if quote else ""
        mark = find_word(found.source, word, found.at)
        raise UsageError(Fault(fault.message, fault.mark or mark, fault.help)) from None


def _extended(found: Located, path: Path, seen: list[Path]) -> Path | None:
    extend = found.table.get("extend")
    if extend is None:
        return None
    other = reachable(found, "extend", path.parent)
    if not is_file(other):
        raise found.wrong(f"there is no file '{extend}' to extend", "extend")
    other = resolved(other)
    if other in seen:
        raise found.wrong(f"'extend' goes in a circle: {other.name}", "extend")
    if len(seen) > EXTENSIONS:
        raise found.wrong(f"a chain of 'extend' may have at most {EXTENSIONS} links", "extend")
    return other


def reachable(found: Located, key: str, folder: Path) -> Path:
    """Return the file that a key names, or refuse one that lies outside of the repository.

    What is linted may be anybody's: its configuration must not have a file of ours read.
    """
    path: Path = folder / found.table[key]
    if not is_inside(path, folder):
        raise found.wrong(
            f"'{key}' may only name files below {shown(root_of(folder))}, not '{found.table[key]}'",
            key,
            help="move the file there; on the command line any file may be named",
        )
    return path


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
        if "/" not in pattern and fnmatch(path.name, pattern):
            return True
        here = resolved(path.parent) / path.name
        if not here.is_relative_to(self.folder):
            return False
        return fnmatch(here.relative_to(self.folder).as_posix(), pattern.removeprefix("./"))

    def fits_path(self, path: str) -> bool:
        """Whether a layer or block is meant: ``net.yaml#stage3`` means one block of a file."""
        block = self.pattern.partition("#")[2]
        return not block or fnmatch(path, block) or fnmatch(path, f"{block}/*")


# --- the keys ------------------------------------------------------------------------------------


def _words(found: Located, key: str) -> tuple[str, ...]:
    value = found.table[key]
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise found.wrong(f"'{key}' must be a list of codes or names, not {value!r}", key)
    return tuple(value)


def _text(found: Located, key: str) -> str:
    value = found.table[key]
    if not isinstance(value, str):
        raise found.wrong(f"'{key}' must be a text, not {value!r}", key)
    return value


def _one_of(known: tuple[str, ...]) -> Callable[[Located, str], str]:
    def read_one(found: Located, key: str) -> str:
        value = _text(found, key)
        if value not in known:
            raise found.wrong(
                f"'{key}' must be one of {', '.join(known)}, not '{value}'{nearest(value, known)}",
                key,
            )
        return value

    return read_one


def _count(found: Located, key: str) -> int:
    value = found.table[key]
    if type(value) is not int or value < 0:
        raise found.wrong(f"'{key}' must be a count, not {value!r}", key)
    return value


def _entries(found: Located, key: str) -> dict[str, Any]:
    value = found.table[key]
    if not isinstance(value, dict):
        raise found.wrong(f"'{key}' must be a table, not {value!r}", key)
    return value


def _severities(found: Located, key: str) -> dict[str, str]:
    inner = Located(found.source, _entries(found, key), (*found.at, key))
    return {word: _one_of(SEVERITIES)(inner, word) for word in inner.table}


def _thresholds(found: Located, key: str) -> dict[str, dict[str, float]]:
    inner = Located(found.source, _entries(found, key), (*found.at, key))
    for word, numbers in inner.table.items():
        good = isinstance(numbers, dict) and all(
            type(n) in {int, float} and not isnan(n) for n in numbers.values()
        )
        if not good:
            raise inner.wrong(
                f"the thresholds of '{word}' must be a table of numbers, not {numbers!r}",
                word,
                help=f"as in [{inner.name(word)}]",
            )
    return dict(inner.table)


def _declared(found: Located, key: str) -> tuple[Any, ...]:
    value = found.table[key]
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        raise found.wrong(f"'{key}' must be a list of tables", key, help=f"[[{found.name(key)}]]")
    from cnnanalyze.linting.config_rules import declare  # noqa: PLC0415 - not every run needs it

    rules = []
    taken = {word for entry in entries().values() for word in (entry.code, entry.name)}
    for number, entry in enumerate(value):
        mark = found.value(key, number, "when") if "when" in entry else found.mark(key, number)
        try:
            rules.append(declare(entry, mark))
        except CnnError as error:
            fault = error.faults[0]
            raise UsageError(Fault(fault.message, mark, fault.help)) from None
        own = [rules[-1].code, rules[-1].name]
        if known := taken.intersection(own):
            raise UsageError(
                Fault(
                    f"there is a rule '{min(known)}' already", mark, "choose another code or name"
                )
            )
        taken.update(own)
    return tuple(rules)


KEYS: dict[str, tuple[Callable[[Located, str], Any], str]] = {
    "extend": (_text, "another configuration file that this one builds on"),
    "profile": (_one_of(PROFILES), "the rules to begin with: default, teaching or strict"),
    "target": (_text, "the hardware whose rules are added"),
    "select": (_words, "rules that are on, instead of the profile's"),
    "extend-select": (_words, "additional rules"),
    "ignore": (_words, "rules that are off"),
    "severity": (_severities, "other severities: error, warning or info by rule"),
    "per-file-ignores": (_entries, "rules that are off in files, or in a block: 'glob#path'"),
    "thresholds": (_thresholds, "other numbers for the conditions of rules"),
    "budgets": (_entries, "limits that hold for every network"),
    "rule": (_declared, "rules declared here: code, when, message"),
    "fail-on": (_one_of(SEVERITIES), "the least severity that fails a run"),
    "max-warnings": (_count, "how many warnings are let pass"),
}
"""What a configuration may say: how each key is read, and what it does."""


def _read_table(found: Located, folder: Path) -> SettingsSource:
    for key in found.table:
        if key not in KEYS:
            raise found.wrong(
                f"the configuration has no '{key}'{nearest(key, tuple(KEYS))}",
                key,
                help=f"it takes {', '.join(KEYS)}",
            )
    read_in = {key: KEYS[key][0](found, key) for key in found.table}
    level = Level(
        read_in.get("profile"),
        read_in.get("target"),
        read_in.get("select"),
        read_in.get("extend-select", ()),
        read_in.get("ignore", ()),
    )
    rows = Located(
        found.source, read_in.get("per-file-ignores", {}), (*found.at, "per-file-ignores")
    )
    return SettingsSource(
        found.source.name,
        level,
        read_in.get("severity", {}),
        tuple(PerFile(glob, _words(rows, glob), folder) for glob in rows.table),
        read_in.get("thresholds", {}),
        _budgets(found, folder) if "budgets" in read_in else {},
        Located(found.source, read_in.get("budgets", {}), (*found.at, "budgets")),
        read_in.get("rule", ()),
        read_in.get("fail-on"),
        read_in.get("max-warnings"),
    )


def _budgets(found: Located, folder: Path) -> Mapping[str, Any]:
    """Return the budgets with a baseline that lies where the configuration does."""
    from cnnanalyze.linting.budgets import anchor, read_configured  # noqa: PLC0415 - not always needed

    inner = Located(found.source, found.table["budgets"], (*found.at, "budgets"))
    if isinstance(inner.table.get("baseline"), str):
        reachable(inner, "baseline", folder)
    for key, value in inner.table.items():
        try:
            read_configured({key: value}, {key: inner})
        except CnnError as error:
            fault = error.faults[0]
            mark = fault.mark if key == "layers" and fault.mark else inner.mark(key)
            raise UsageError(Fault(fault.message, mark, fault.help)) from None
    return anchor(inner.table, folder)
