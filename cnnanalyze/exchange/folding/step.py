"""Steps as they are folded: layers, calls of blocks, joins with their branches, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cnnanalyze.layers.base import KINDS

REGION = ""
"""The word of a step that stands for several with names, one way in and one way out."""
TABLE = "for"
"""The word of a table: its columns are its values, and its steps the only branch."""
ENTRY = "x"
"""What the input of a block, or of a region, is called in it."""


NONE = "valid"
"""A padding of no number: the same as 0, which others can be a multiple of."""


class Expression(str):
    """A value that is written with ``$``."""

    __slots__ = ()


def expressions_in(value: Any) -> Iterator[Expression]:  # noqa: ANN401 - any attribute
    """Return the expressions that a value is, or holds.

    Examples
    --------
    >>> list(expressions_in((0, (Expression("$in // 2"), 3))))
    ['$in // 2']
    """
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, tuple):
        for inner in value:
            yield from expressions_in(inner)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a list. Steps are equal if they would be written alike.

    Examples
    --------
    >>> Step("conv", (("filters", 8),)) == Step("conv", (("filters", 8),), read=3)
    True
    """

    word: str
    """A layer kind or a block."""
    values: tuple[tuple[str, Any], ...] = ()
    """Attributes that are not at their defaults, all arguments, or the columns of a table."""
    branches: tuple[Branch, ...] = ()
    """The branches of a join."""
    sources: tuple[str, ...] = ()
    """The names of what it reads; nothing for the step before."""
    name: str = ""
    """What later steps call it, if any reads it by name."""
    marks: tuple[tuple[str, Any], ...] = ()
    """Whether it is frozen, what it shares, which numbers it is given."""
    repeat: Any = 1
    when: str = ""
    read: int = field(default=0, compare=False)
    """The channels that come in."""
    made: int = field(default=0, compare=False)
    """The channels that come out."""
    paths: tuple[str, ...] = field(default=(), compare=False)
    """The paths of its layers in the network."""

    @property
    def has_steps(self) -> bool:
        """Whether other steps stand in it."""
        return any(not isinstance(branch, str) and branch for branch in self.branches)


Steps = tuple[Step, ...]
Branch = Steps | str
"""Steps, or the name of one."""


def nested(steps: Sequence[Step | None]) -> Iterator[Step]:
    """Return all steps of a list, those in branches before the join that they lead to."""
    for step in steps:
        if step is None:
            continue
        for branch in step.branches:
            if not isinstance(branch, str):
                yield from nested(branch)
        yield step


def rebuilt(steps: Steps, changed: Mapping[int, tuple[int, Steps]]) -> Steps:
    """Return a list with other steps in the place of some, in branches as well.

    Parameters
    ----------
    steps
        The list.
    changed
        By the ``id`` of a step: how many steps from it on are replaced, and what by.
    """
    found: list[Step] = []
    at = 0
    while at < len(steps):
        step = steps[at]
        count, others = changed.get(id(step), (0, ()))
        if count:
            found += others
            at += count
            continue
        branches = tuple(b if isinstance(b, str) else rebuilt(b, changed) for b in step.branches)
        is_same = all(a is b for a, b in zip(branches, step.branches, strict=True))
        found.append(step if is_same else replace(step, branches=branches))
        at += 1
    if len(found) == len(steps) and all(a is b for a, b in zip(found, steps, strict=True)):
        return steps
    return tuple(found)


def renamed(steps: Steps, names: Mapping[str, str]) -> Steps:
    """Return a list with other names, wherever they are given or read; not in regions."""
    found = []
    for step in steps:
        branches = step.branches
        if step.word != REGION:
            branches = tuple(
                names.get(b, b) if isinstance(b, str) else renamed(b, names) for b in branches
            )
        marks = tuple((k, names.get(v, v) if k == "share" else v) for k, v in step.marks)
        found.append(
            replace(
                step,
                branches=branches,
                sources=tuple(names.get(s, s) for s in step.sources),
                name=names.get(step.name, step.name),
                marks=marks,
            )
        )
    return tuple(found)


_PARAMETER = re.compile(r"\$(\w+)")


def parameters_in(step: Step) -> set[str]:
    """Return the parameters that a step speaks of itself, not those of steps in its branches.

    Examples
    --------
    >>> sorted(
    ...     parameters_in(Step("conv", (("filters", Expression("2 * $width")),), when="$in == 3"))
    ... )
    ['width']
    """
    texts = [Expression(step.when), *expressions_in((step.repeat, *(v for _, v in step.values)))]
    return {name for text in texts for name in _PARAMETER.findall(text)} - {"in"}


class Forms:
    """Numbers for what steps look like apart from their numbers: equal for equal forms."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}
        self._known: dict[int, tuple[Step, int]] = {}

    def __call__(self, step: Step) -> int:
        """Return the number of the form of a step."""
        known = self._known.get(id(step))
        if known is None:
            branches = tuple(
                b if isinstance(b, str) else tuple(map(self, b)) for b in step.branches
            )
            form = (
                step.word,
                tuple(name for name, _ in step.values if _is_optional(step.word, name)),
                branches,
                step.sources,
                step.name,
                step.marks,
                step.when,
            )
            number = self._numbers.setdefault(form, len(self._numbers))
            known = self._known[id(step)] = (step, number)
        return known[1]

    def of(self, steps: Steps) -> tuple[int, ...]:
        """Return the numbers of the forms of a list."""
        return tuple(map(self, steps))


def default_of(word: str, name: str) -> Any:  # noqa: ANN401 - whatever an attribute may be
    """Return what an attribute of a kind is if it is not written."""
    cls = KINDS.get(word)
    info = None if cls is None else cls.model_fields.get(name)
    return None if info is None or info.is_required() else info.get_default()


def _is_optional(word: str, name: str) -> bool:
    """Whether an attribute of a kind may be missing, which no number stands for."""
    cls = KINDS.get(word)
    return (
        cls is not None
        and not cls.model_fields[name].is_required()
        and (default_of(word, name) is None)
    )
