"""Configuration files: what each key says, and how it is refused.

Reading a configuration never runs code, and never imports what it names.
"""

from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import Field

from cnnanalyze.core.binding import bind
from cnnanalyze.core.configuration import is_inside, open_table, root_of
from cnnanalyze.core.diagnostics import Faults, place_of, show_tree
from cnnanalyze.core.files import is_file, resolved, shown
from cnnanalyze.core.section import Itself, Later, Reader, Section
from cnnanalyze.core.tree import Mapping, Scalar, Tree, plain
from cnnanalyze.errors import Fault, Mark, UsageError
from cnnanalyze.layers.attributes import Natural, choice
from cnnanalyze.linting.finding import SEVERITIES
from cnnanalyze.linting.rule import Rule
from cnnanalyze.linting.rules import entries
from cnnanalyze.linting.selection import PROFILES, Level, PerFile
from cnnanalyze.linting.settings import Settings, SettingsSource

if TYPE_CHECKING:
    from cnnanalyze.linting.declaration import WrittenRule

EXTENSIONS = 10
"""How long a chain of ``extend`` may be."""


def _number(tree: Tree) -> float:
    found = plain(tree)
    if type(found) in {int, float} and not isnan(found):
        return float(found)
    raise ValueError(f"must be a number, not {show_tree(tree)}")


_NUMBER = Annotated[float, Reader(_number, {"type": "number"})]


def _budgets() -> Any:  # noqa: ANN401 - an annotation
    from cnnanalyze.linting.configured_budgets import (  # noqa: PLC0415 - few configurations have any
        CONFIGURED_BUDGETS,
    )

    return Annotated[Mapping, replace(CONFIGURED_BUDGETS, is_kept=True)]


def _rules() -> Any:  # noqa: ANN401 - an annotation
    from cnnanalyze.linting.declaration import WrittenRule  # noqa: PLC0415 - as above

    return tuple[WrittenRule, ...]


class LintTable(Section):
    """What a configuration says of the linter."""

    extend: str | None = Field(
        default=None, description="another configuration file that this one builds on"
    )
    profile: choice(*PROFILES) | None = Field(  # type: ignore[valid-type]
        default=None, description="the rules to begin with: default, teaching or strict"
    )
    target: str | None = Field(default=None, description="the hardware whose rules are added")
    select: tuple[str, ...] | None = Field(
        default=None, description="rules that are on, instead of the profile's"
    )
    extend_select: tuple[str, ...] = Field(
        default=(), alias="extend-select", description="additional rules"
    )
    ignore: tuple[str, ...] = Field(default=(), description="rules that are off")
    severity: dict[str, choice(*SEVERITIES)] = Field(  # type: ignore[valid-type]
        default_factory=dict, description="other severities: error, warning or info by rule"
    )
    per_file_ignores: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        alias="per-file-ignores",
        description="rules that are off in files, or in a block: 'glob#path'",
    )
    thresholds: dict[str, dict[str, _NUMBER]] = Field(
        default_factory=dict, description="other numbers for the conditions of rules"
    )
    budgets: Annotated[Any, Later(_budgets)] = Field(
        default=None, description="limits that hold for every network"
    )
    rule: Annotated[tuple[Any, ...], Later(_rules)] = Field(
        default=(), description="rules declared here: code, when, message"
    )
    fail_on: choice(*SEVERITIES) | None = Field(  # type: ignore[valid-type]
        default=None, alias="fail-on", description="the least severity that fails a run"
    )
    max_warnings: Natural | None = Field(
        default=None, alias="max-warnings", description="how many warnings are let pass"
    )
    tree: Itself


class LintFile(NamedTuple):
    """What one file says of the linter."""

    path: Path
    table: LintTable


def read(path: Path) -> Settings:
    """Read a configuration file, and those that it extends, into settings.

    Raises
    ------
    UsageError
        If a file cannot be read, or a key or a value is not known, each with its place.
    """
    files: list[LintFile] = []
    here: Path | None = path
    while here is not None:
        faults = Faults()
        table = bind(open_table(here, "lint"), LintTable, "'lint'", faults)
        faults.raise_if_any(UsageError)
        assert table is not None
        files.insert(0, LintFile(here, table))
        here = _extended(files)
    given = [_source_of(file) for file in files]
    settings = Settings(tuple(given))
    for n, file in enumerate(files):
        _check(Settings(tuple(given[: n + 1])), file.table.tree)
    return settings


def _check(settings: Settings, tree: Mapping) -> None:
    """Refuse words that name no rule, at the place where the file has them."""
    try:
        settings.check()
    except UsageError as error:
        fault = error.faults[0]
        mark = fault.mark or place_of(tree, fault.message)
        raise UsageError(Fault(fault.message, mark, fault.help)) from None


def _extended(files: list[LintFile]) -> Path | None:
    """Return the file that the last one that was read builds on."""
    path, table = files[0]
    extend = table.tree.get("extend")
    if table.extend is None or extend is None:
        return None
    other = reachable(table.extend, "extend", extend.mark, path.parent)
    fault = ""
    if not is_file(other):
        fault = f"there is no file '{table.extend}' to extend"
    elif resolved(other) in (resolved(file.path) for file in files):
        fault = f"'extend' goes in a circle: {other.name}"
    elif len(files) > EXTENSIONS:
        fault = f"a chain of 'extend' may have at most {EXTENSIONS} links"
    if fault:
        raise UsageError(Fault(fault, extend.mark))
    return resolved(other)


def reachable(name: str, key: str, mark: Mark, folder: Path) -> Path:
    """Return the file that a key names, or refuse one that lies outside of the repository.

    What is linted may be anybody's: its configuration must not have a file of ours read.
    """
    path = folder / name
    if is_inside(path, folder):
        return path
    fault = f"'{key}' may only name files below {shown(root_of(folder))}, not '{name}'"
    help_ = "move the file there; on the command line any file may be named"
    raise UsageError(Fault(fault, mark, help_))


# --- settings -------------------------------------------------------------------------------------


def _source_of(file: LintFile) -> SettingsSource:
    table, folder = file.table, resolved(file.path).parent
    level = Level(table.profile, table.target, table.select, table.extend_select, table.ignore)
    per_file = table.per_file_ignores.items()
    return SettingsSource(
        table.tree.mark.source.name,
        level,
        table.severity,
        tuple(PerFile(glob, words, folder) for glob, words in per_file),
        table.thresholds,
        None if table.budgets is None else _anchored(table.budgets, folder),
        _declared(table.rule),
        table.fail_on,
        table.max_warnings,
    )


def _anchored(budgets: Mapping, folder: Path) -> Mapping:
    """Return budgets with a baseline that lies where the configuration does."""
    baseline = budgets.get("baseline")
    if not isinstance(baseline, Scalar):
        return budgets
    path = str(reachable(baseline.text, "baseline", baseline.mark, folder))
    there = Scalar(path, path, False, baseline.mark)
    entries = ((k, there if k.text == "baseline" else v) for k, v in budgets.entries)
    return Mapping(tuple(entries), budgets.mark)


def _declared(written: "tuple[WrittenRule, ...]") -> tuple[type[Rule], ...]:
    if not written:
        return ()
    from cnnanalyze.linting.config_rules import declare  # noqa: PLC0415 - not every run needs it

    rules = []
    taken = {word for entry in entries().values() for word in (entry.code, entry.name)}
    for row in written:
        rules.append(declare(row))
        own = {rules[-1].code, rules[-1].name}
        if known := taken & own:
            message = f"there is a rule '{min(known)}' already"
            raise UsageError(Fault(message, row.when.mark, "choose another code or name"))
        taken |= own
    return tuple(rules)
