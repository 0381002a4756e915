"""One counting convention, and the table of all that are known without a configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module

from cnnanalyze.core.conventions.formula import NOTHING, PARTS, Formula, parse
from cnnanalyze.core.conventions.rule import CountingRule, select, spread
from cnnanalyze.core.cost import OPERATIONS
from cnnanalyze.core.registry import Registry, nearest
from cnnanalyze.core.spelling import offered
from cnnanalyze.errors import UsageError

REST = "*"
"""Stands in a table for all kinds that it does not name."""
NO_TRAITS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Convention:
    """One way to make a single number of a network.

    Examples
    --------
    >>> from cnnanalyze.core.conventions import convention
    >>> str(convention("flop").formula("conv"))
    '2*mac + add + multiply + divide + compare + exponential + power'
    >>> str(convention("ptflops").formula("relu")), str(convention("ptflops/relu").formula("relu"))
    ('2*input', 'input')
    """

    name: str
    """The word that options take."""
    operations: Mapping[str, str] = field(hash=False)
    """What a layer counts, by kind, perhaps under conditions on its attributes.

    Several kinds may share a line; ``*`` stands for those that are not named. Without it, kinds of
    ours that are not named count nothing, and what kinds of other packages count is not known.
    """
    description: str
    """What is counted, in words."""
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

    def formula(self, kind: str, traits: Mapping[str, str] = NO_TRAITS) -> Formula | None:
        """Return what a layer of that kind counts; nothing if the convention does not know.

        Parameters
        ----------
        kind
            The layer kind.
        traits
            What the layer says of itself, where ``asks``: its attributes, and its ``rank``.

        Examples
        --------
        >>> from cnnanalyze.core.conventions import convention
        >>> fvcore = convention("fvcore")
        >>> str(fvcore.formula("resize", {"method": "bilinear", "rank": "2"}))
        '4*output'
        >>> fvcore.formula("acme.swish") is None
        True
        """
        for rule in self._rules.get(kind) or self._rules.get(REST, ()):
            if rule.holds(traits):
                return rule.formula
        return None if "." in kind else NOTHING

    def asks(self, kind: str) -> bool:
        """Whether what a layer of that kind counts depends on more than its kind."""
        return kind in self._asking

    def formula_alone(self, kind: str) -> Formula | None:
        """Return what a layer of a kind counts that depends on nothing else; looked up once."""
        if kind not in self._alone:
            self._alone[kind] = self.formula(kind)
        return self._alone[kind]

    @cached_property
    def _asking(self) -> frozenset[str]:
        rules = self._rules.items()
        return frozenset(kind for kind, found in rules if any(rule.conditions for rule in found))

    @cached_property
    def _alone(self) -> dict[str, Formula | None]:
        return {}

    @cached_property
    def parts(self) -> Formula:
        """What the parameter count includes."""
        return parse(self.parameters, tuple(PARTS))

    @cached_property
    def is_elementary(self) -> bool:
        """Whether all layers count elementary operations alone, so that sums by kind suffice."""
        rules = [rule for found in self._rules.values() for rule in found]
        return (
            not self.logits
            and REST in self._rules
            and all(
                rule.formula is not None
                and not rule.conditions
                and all(term in OPERATIONS for _, term in rule.formula.terms)
                for rule in rules
            )
        )

    @cached_property
    def _rules(self) -> dict[str, tuple[CountingRule, ...]]:
        return spread(self.operations)

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
            elif (own := _of_kind(functions, word)) or REST in functions:
                for selector in _of_kind(operations, word):
                    del operations[selector]
                operations |= own or {word: functions[REST]}
            else:
                kinds = dict.fromkeys(select(selector)[0] for selector in functions)
                known = [*kinds, *([CLOSING] if self.logits else [])]
                raise UsageError(
                    f"'{self.name}' counts '{word}' alike however a model calls it"
                    f"{nearest(word, known)}",
                    help=offered(f"after '{self.name}/' is allowed", known, "kind"),
                )
        return replace(row, name=f"{self.name}/{','.join(words)}", operations=operations)


CLOSING = "softmax"


def _lines(table: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(kind, text) for kinds, text in table.items() for kind in kinds.split()]


def _of_kind(table: Mapping[str, str], kind: str) -> dict[str, str]:
    """Return the lines of a table that speak of a kind."""
    return {selector: text for selector, text in table.items() if select(selector)[0] == kind}


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


for _row in (
    Convention(
        "mac",
        {REST: "mac"},
        "multiply-accumulates of convolutions and matrix products, as papers print mult-adds",
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
