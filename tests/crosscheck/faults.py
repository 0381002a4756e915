"""What planted faults share: a network to plant them in, and how what was found is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.cost import Cost
from cnnanalyze.crosscheck.balance import balance
from cnnanalyze.execute.kernels import INIT, RUN

Patch = pytest.MonkeyPatch
Plant = Callable[[Patch], None]


@dataclass(frozen=True)
class Fault:
    """A fault, the network in which it shows, and the entries that must differ."""

    plant: Plant
    spec: str
    entries: frozenset[str]


class Faults(dict[str, Fault]):
    """Faults by name; each is planted by a function."""

    def in_network(self, spec: str, *entries: str) -> Callable[[Plant], Plant]:
        """Register a function that plants a fault, and what the balance must then say.

        Entries are written ``conv1 operations (mac)``; where windows are refused that should not
        be, or the other way round, ``conv1 refusals`` stands for all sizes that were tried.
        """

        def register(plant: Plant) -> Plant:
            self[plant.__name__] = Fault(plant, f"{{cnn: 1, {spec}}}", frozenset(entries))
            return plant

        return register


def entries_of(spec: str) -> frozenset[str]:
    """Return the entries of a network on which the books differ."""
    return frozenset(
        f"{d.node} {d.quantity}"
        if d.quantity == "refusals" or not d.detail
        else f"{d.node} {d.quantity} ({d.detail})"
        for d in balance(cnn.loads(spec)).discrepancies
    )


def count_otherwise(patch: Patch, cls: type[cnn.Layer], change: Callable[[Cost], Cost]) -> None:
    """Let the rule of a kind count its operations otherwise."""
    rule = cls.cost

    def cost(self: cnn.Layer, output: cnn.Shape, *inputs: cnn.Shape) -> Cost | None:
        counted = rule(self, output, *inputs)
        return counted if counted is None else change(counted)

    patch.setattr(cls, "cost", cost)


def hold_otherwise(
    patch: Patch,
    cls: type[cnn.Layer],
    change: Callable[[tuple[cnn.Param, ...]], tuple[cnn.Param, ...]],
) -> None:
    """Let the rule of a kind hold other tensors."""
    rule = cls.params

    def params(self: cnn.Layer, *inputs: cnn.Shape) -> tuple[cnn.Param, ...]:
        return change(rule(self, *inputs))

    patch.setattr(cls, "params", params)


def reach_otherwise(patch: Patch, cls: type[cnn.Layer], change: Callable[[Any], Any]) -> None:
    """Let the rule of a kind tell other index maps, axis by axis."""
    rule = cls.reach

    def reach(self: cnn.Layer, *inputs: cnn.Shape) -> tuple[tuple[Any, ...], ...]:
        return tuple(tuple(map(change, axes)) for axes in rule(self, *inputs) or ())

    patch.setattr(cls, "reach", reach)


def run_otherwise(patch: Patch, kind: str, **attributes: Any) -> None:
    """Let the kernel of a kind see other attributes than those that were written."""
    kernel = RUN[kind]

    def run(tally: Any, inputs: Any, weights: Any, **written: Any) -> Any:
        return kernel(tally, inputs, weights, **{**written, **attributes})

    patch.setitem(RUN, kind, run)


def make_otherwise(
    patch: Patch, kind: str, change: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> None:
    """Let the kernel of a kind make other tensors."""
    make = INIT[kind]

    def init(draw: Any, shapes: Any, **attributes: Any) -> dict[str, Any]:
        return change(make(draw, shapes, **attributes))

    patch.setitem(INIT, kind, init)
