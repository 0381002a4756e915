"""The rules, one file each, in a folder for each family; imported when they are asked for.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.linting.rules.convolution.even_kernel`.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple, cast

from cnnanalyze.linting.finding import Severity
from cnnanalyze.linting.rule import RULES, EngineRule, FaultRule, Rule
from cnnanalyze.linting.rules.index import ROWS


class RuleEntry(NamedTuple):
    """What must be known of a rule to select it."""

    code: str
    name: str
    severity: Severity
    needs: str
    """The stage; ``fault`` for what is seen while a spec is read, ``engine`` for the linter's."""
    profiles: frozenset[str]
    section: str = ""
    traits: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()

    def is_idle(self, traits: frozenset[str], attributes: frozenset[str]) -> bool:
        """Whether a network of such layers, with these attributes written, has nothing for it."""
        if not self.traits and not self.attributes:
            return False
        return self.traits.isdisjoint(traits) and self.attributes.isdisjoint(attributes)


FAULT, ENGINE = "fault", "engine"


def _read(row: str) -> tuple[str, RuleEntry]:
    code, name, module, severity, needs, *lists = row.split()
    profiles, section, traits, attributes = (
        frozenset(w.split(",")) if w != "-" else _NONE for w in lists
    )
    grade = cast("Severity", severity)
    return module, RuleEntry(
        code, name, grade, needs, profiles, "".join(section), traits, attributes
    )


_NONE: frozenset[str] = frozenset()


_OURS = [_read(row) for row in ROWS.strip().splitlines()]
for _module, _entry in _OURS:
    RULES.house(f"{__name__}.{_module}", f"{_entry.code} {_entry.name}")


@cache
def entries() -> dict[str, RuleEntry]:
    """Return what is known of every rule without importing ours, by code.

    The rules of other packages are imported: nothing else tells what they are.

    Examples
    --------
    >>> entries()["CV003"].name
    'even-kernel'
    """
    found = {entry.code: entry for _, entry in _OURS}
    RULES.load_plugins()
    for cls in RULES.loaded():
        found.setdefault(cls.code, entry_of(cls))
    return dict(sorted(found.items()))


def entry_of(cls: type[Rule]) -> RuleEntry:
    """Return what must be known of a rule that is imported."""
    return RuleEntry(
        *(cls.code, cls.name, cls.severity, stage_of(cls), cls.profiles),
        *(cls.section, cls.traits, cls.attributes),
    )


def stage_of(cls: type[Rule]) -> str:
    """Return what a rule needs, as the index says it."""
    if issubclass(cls, EngineRule):
        return ENGINE
    return FAULT if issubclass(cls, FaultRule) else cls.needs
