"""Settings: what files, a spec and the command line say of a run, and what follows from all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnanalyze.core.spelling import offered
from cnnanalyze.core.tree import Mapping as Tree
from cnnanalyze.errors import Mark, Source, UsageError
from cnnanalyze.linting.finding import Severity
from cnnanalyze.linting.rule import RULES, Rule
from cnnanalyze.linting.rules import RuleEntry, entries, entry_of
from cnnanalyze.linting.selection import (
    Level,
    PerFile,
    check_profile,
    check_target,
    choose,
    is_always_on,
    resolve,
    target_of,
)

if TYPE_CHECKING:
    from cnnanalyze.linting.configured_budgets import Configured

Thresholds = Mapping[str, Mapping[str, float]]

NOTHING = Level()
"""What a source says that says nothing of the selection."""
NONE: Mapping[str, Any] = {}
"""What a source says that says nothing of the rest."""
NOWHERE = Mark(Source("configuration", ""), 1, 1)


class SettingsSource(NamedTuple):
    """What one source of settings says."""

    origin: str
    """What messages call it: a file's path, or the command line."""
    level: Level = NOTHING
    severity: Mapping[str, Severity] = NONE
    """By code, name or first letters."""
    per_file: tuple[PerFile, ...] = ()
    thresholds: Thresholds = NONE
    """By code or name, and the threshold's name."""
    budgets: Tree | None = None
    """As they are written."""
    declared: tuple[type[Rule], ...] = ()
    """Rules that are declared there."""
    fail_on: Severity | None = None
    max_warnings: int | None = None


CALLER = SettingsSource("the command line")
"""A caller who leaves everything to the files."""


class Settings:
    """All that is said: by files, the lowest first, then by the spec, last by who calls."""

    def __init__(
        self, files: tuple[SettingsSource, ...] = (), caller: SettingsSource = CALLER
    ) -> None:
        self.files = files
        self.caller = caller

    def with_spec(self, given: SettingsSource) -> Settings:
        """Return these settings with those of a spec: above all files, below the caller's."""
        return Settings((*self.files, given), self.caller)

    @property
    def given(self) -> tuple[SettingsSource, ...]:
        """All sources, lowest first."""
        return (*self.files, self.caller)

    @cached_property
    def declared(self) -> dict[str, type[Rule]]:
        """The declared rules by their codes."""
        return {cls.code: cls for g in self.given for cls in g.declared}

    @cached_property
    def known(self) -> Mapping[str, RuleEntry]:
        """What there is to select from: our rules, those of other packages, the declared ones."""
        if not self.declared:
            return entries()
        found = dict(entries())
        for code, cls in self.declared.items():
            found[code] = entry_of(cls)
        return found

    @cached_property
    def codes(self) -> frozenset[str]:
        """The codes of the rules that are on."""
        return choose([g.level for g in self.given], self.known)

    @cached_property
    def severity(self) -> dict[str, Severity]:
        """The severities that differ from the rules' own, by code."""
        found: dict[str, Severity] = {}
        for g in self.given:
            for word in sorted(g.severity, key=len):
                for code in resolve(word, self.known):
                    if not is_always_on(self.known[code]):
                        found[code] = g.severity[word]
        return found

    @cached_property
    def target(self) -> str | None:
        """The hardware that the networks are meant for."""
        return target_of(g.level for g in self.given)

    @cached_property
    def thresholds(self) -> dict[str, dict[str, float]]:
        """The thresholds that differ from the rules' own, by code and name."""
        found: dict[str, dict[str, float]] = {}
        for g in self.given:
            for word, numbers in g.thresholds.items():
                for code in resolve(word, self.known):
                    found.setdefault(code, {}).update(numbers)
        return found

    @cached_property
    def budgets(self) -> Tree:
        """The budgets of the configuration, as they are written."""
        given = [g.budgets for g in self.given if g.budgets is not None]
        entries = {key.text: (key, value) for tree in given for key, value in tree.entries}
        return Tree(tuple(entries.values()), given[0].mark if given else NOWHERE)

    @cached_property
    def configured(self) -> Configured:
        """The budgets of the configuration, read."""
        from cnnanalyze.linting.configured_budgets import (  # noqa: PLC0415 - few configurations have budgets
            Configured,
            read_configured,
        )

        return read_configured(self.budgets) if self.budgets.entries else Configured()

    @cached_property
    def per_file(self) -> tuple[tuple[PerFile, frozenset[str]], ...]:
        """What is off in some files, with the codes."""
        return tuple(
            (row, frozenset().union(*(resolve(word, self.known) for word in row.words)))
            for g in self.given
            for row in g.per_file
        )

    @property
    def fail_on(self) -> Severity | None:
        """The least severity that fails a run, if any source says so."""
        return next((g.fail_on for g in reversed(self.given) if g.fail_on), None)

    @property
    def fails_from(self) -> Severity:
        """The least severity that fails, said or not.

        A number of warnings to let pass says that warnings as such do not fail.
        """
        return self.fail_on or ("warning" if self.max_warnings is None else "error")

    @property
    def max_warnings(self) -> int | None:
        """How many warnings are let pass, if any source says so."""
        found = (g.max_warnings for g in reversed(self.given) if g.max_warnings is not None)
        return next(found, None)

    def rule(self, code: str) -> type[Rule] | None:
        """Return the class of a rule; ours is imported now."""
        return self.declared.get(code) or RULES.get(code)

    def check(self) -> Settings:
        """Return these settings if everything in them names what there is."""
        _ = self.codes, self.severity, self.per_file
        for given in self.given:
            if given.level.profile is not None:
                check_profile(given.level.profile)
        if self.target is not None:
            check_target(self.target, self.known)
        for code, numbers in self.thresholds.items():
            check_thresholds(code, numbers, self)
        return self


def check_thresholds(code: str, numbers: Mapping[str, float], settings: Settings) -> None:
    """Refuse thresholds that a rule does not have."""
    from cnnanalyze.core.registry import nearest  # noqa: PLC0415 - not every run needs it

    cls = settings.rule(code)
    known = tuple(cls.thresholds) if cls is not None else ()
    for name in numbers:
        if name not in known:
            has = offered("it has", known, "thresholds")
            raise UsageError(f"{code} has no threshold '{name}'; {has}{nearest(name, known)}")
