"""Conventions: how a network becomes one number. Every total names the convention it is given in.

The same network has 4.1 or 8.2 "GFLOPs", depending on who counts. A convention is a row of a
table: for each layer kind a sum of weighted terms (:mod:`cnnanalyze.core.conventions.formula`),
and another for the parameters. The rows of the tools lie in
:mod:`cnnanalyze.core.conventions.tools`; users add their own in a file
(:mod:`cnnanalyze.core.conventions.configuration`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module

from cnnanalyze.core.conventions.formula import NOTHING, PARTS, Formula, parse
from cnnanalyze.core.cost import OPERATIONS
from cnnanalyze.core.registry import Registry, nearest
from cnnanalyze.errors import UsageError

REST = "*"
"""Stands in a table for all kinds that it does not name."""


@dataclass(frozen=True)
class Convention:
    """One way to make a single number of a network.

    Examples
    --------
    >>> str(convention("flop").formula("conv"))
    '2*mac + add + multiply + divide + compare + exponential + power'
    >>> str(convention("ptflops").formula("relu")), str(convention("ptflops/relu").formula("relu"))
    ('2*input', 'input')
    """

    name: str
    operations: Mapping[str, str] = field(hash=False)
    """What a layer counts, by kind (several kinds may share a line); kinds not named by ``*``."""
    description: str
    source: str
    """Who counts like this, and where one can read it."""
    parameters: str = "learned"
    """What the parameter count includes."""
    functions: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What a layer counts that the model calls as a function, where that makes a difference."""
    halves: bool = False
    """Whether half of the sum is printed."""
    logits: bool = False
    """Whether the tool's models end without the softmax, as those of the PyTorch libraries do."""
    counts: str = "operations parameters"
    """Whether the tool prints both."""

    def formula(self, kind: str) -> Formula:
        """Return what a layer of that kind counts."""
        return self._rules.get(kind) or self._rules[REST]

    @cached_property
    def parts(self) -> Formula:
        """What the parameter count includes."""
        return parse(self.parameters, tuple(PARTS))

    @cached_property
    def is_elementary(self) -> bool:
        """Whether all layers count elementary operations alone, so that sums by kind suffice."""
        terms = (t for rule in self._rules.values() for _, t in rule.terms)
        return not self.logits and all(t in OPERATIONS for t in terms)

    @cached_property
    def _rules(self) -> dict[str, Formula]:
        return {REST: NOTHING, **_spread(self.operations)}

    def seen(self, words: Iterable[str]) -> Convention:
        """Return the convention for a model that calls layers of these kinds as functions.

        The word ``softmax`` says that the model ends in its softmax.

        Raises
        ------
        UsageError
            If it makes no difference for a kind how its layers are called.
        """
        operations, functions = dict(_lines(self.operations)), dict(_lines(self.functions))
        row = self
        for word in words:
            if word == CLOSING and self.logits:
                row = replace(row, logits=False)
            elif word in functions or REST in functions:
                operations[word] = functions.get(word, functions.get(REST, "0"))
            else:
                known = [*functions, *([CLOSING] if self.logits else [])]
                raise UsageError(
                    f"'{self.name}' counts '{word}' alike however a model calls it"
                    f"{nearest(word, known)}",
                    help=f"after '{self.name}/' may stand {', '.join(known) or 'nothing'}",
                )
        return replace(row, name=f"{self.name}/{','.join(words)}", operations=operations)


CLOSING = "softmax"


def _lines(table: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(kind, text) for kinds, text in table.items() for kind in kinds.split()]


def _spread(table: Mapping[str, str]) -> dict[str, Formula]:
    return {kind: parse(text) for kind, text in _lines(table)}


class Conventions(Registry[Convention]):
    """The conventions by name; those of the tools are read in when one of them is asked for."""

    def get(self, name: str) -> Convention | None:
        """Return the convention of a name, or nothing."""
        found = super().get(name)
        if found is None:
            self._import_all()
            found = super().get(name)
        return found

    def _import_all(self) -> None:
        import_module("cnnanalyze.core.conventions.tools")


CONVENTIONS = Conventions("counting convention")
DEFAULT = "mac"
"""The convention of a total that was asked for without one."""


def find(name: str) -> Convention | None:
    """Return the convention of that name, the user's own included, or nothing."""
    base, slash, words = name.partition("/")
    row = CONVENTIONS.get(base)
    if row is None:
        from cnnanalyze.core.conventions.configuration import own  # noqa: PLC0415 - on a miss only

        row = own().get(base)
    if row is None or not slash:
        return row
    return row.seen([w.strip() for w in words.split(",")])


def names() -> list[str]:
    """Return the names of all conventions: ours, those of the tools, the user's own."""
    from cnnanalyze.core.conventions.configuration import own  # noqa: PLC0415 - to list them only

    return [*CONVENTIONS.names(), *own()]


def convention(name: str) -> Convention:
    """Return the convention of that name, or refuse it with a hint.

    After a slash may stand the kinds of layers that the model calls as functions, where the tool
    counts those otherwise: ``ptflops/relu``.

    Raises
    ------
    UsageError
        If there is none, here or in the user's configuration.
    """
    if (row := find(name)) is None:
        raise UsageError(
            f"there is no counting convention '{name}'{nearest(name, names())}",
            help=f"the conventions are {', '.join(names())}",
        )
    return row


for _row in (
    Convention(
        "mac",
        {REST: "mac"},
        "multiply-accumulates of convolution and dense layers, as papers print mult-adds",
        "the mult-adds of He et al. 2016 (ResNet) and Howard et al. 2017 (MobileNet)",
    ),
    Convention(
        "flop",
        {REST: "2*mac + add + multiply + divide + compare + exponential + power"},
        "two for each multiply-accumulate, one for every other elementary operation",
        "cnnanalyze: every elementary operation that the executor carries out",
    ),
):
    CONVENTIONS.add(_row.name, _row)
