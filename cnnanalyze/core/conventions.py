"""Conventions: how a cost becomes one number. Every total names the convention it is given in.

The same network has 4.1 or 8.2 "GFLOPs", depending on who counts. A convention is a row of a
table: the weight of each elementary operation, where that weight comes from, and for which
layers it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.registry import Registry, nearest
from cnnanalyze.errors import UsageError


@dataclass(frozen=True, slots=True)
class Convention:
    """One way to make a single number of a cost.

    Examples
    --------
    >>> cost = Cost(mac=450, add=6)
    >>> convention("mac").count(cost, "conv"), convention("flop").count(cost, "conv")
    (450, 906)
    >>> fused = Convention("fused", Cost(mac=1, add=1), "one per pass", "an example", kinds={"add"})
    >>> fused.count(cost, "conv"), fused.count(Cost(add=12), "add")
    (0, 12)
    """

    name: str
    weights: Cost
    """What one operation of each category counts."""
    description: str
    source: str
    """Who counts like this, and where one can read it."""
    by_kind: Mapping[str, Cost] = field(default_factory=dict, hash=False)
    """Other weights, for the layer kinds that this convention treats otherwise."""
    kinds: frozenset[str] | set[str] | None = field(default=None, hash=False)
    """The only layer kinds that are counted; all kinds if nothing is given."""

    def count(self, cost: Cost, kind: str) -> int:
        """Return the single number of a layer of that kind."""
        if self.kinds is not None and kind not in self.kinds:
            return 0
        weights = self.by_kind.get(kind, self.weights)
        return sum(w * n for w, n in zip(weights, cost, strict=True) if w)


CONVENTIONS: Registry[Convention] = Registry("counting convention")
DEFAULT = "mac"
"""The convention of a total that was asked for without one."""


def convention(name: str) -> Convention:
    """Return the convention of that name, or refuse it with a hint.

    Examples
    --------
    >>> convention("flop").weights.mac
    2
    """
    if (found := CONVENTIONS.get(name)) is None:
        raise UsageError(
            f"there is no counting convention '{name}'{nearest(name, CONVENTIONS.words())}",
            help=f"the conventions are {', '.join(CONVENTIONS.names())}",
        )
    return found


for _row in (
    Convention(
        "mac",
        Cost(mac=1),
        "multiply-accumulates of convolution and dense layers, as papers print mult-adds",
        "the mult-adds of He et al. 2016 (ResNet) and Howard et al. 2017 (MobileNet)",
    ),
    Convention(
        "flop",
        Cost(mac=2, add=1, multiply=1, divide=1, compare=1, exponential=1, power=1),
        "two for each multiply-accumulate, one for every other elementary operation",
        "cnnanalyze: every elementary operation that the executor carries out",
    ),
):
    CONVENTIONS.add(_row.name, _row)
