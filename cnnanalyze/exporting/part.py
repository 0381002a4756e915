"""What a layer becomes in a framework: modules that are made, and expressions that use them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnanalyze.errors import UsageError
from cnnanalyze.exporting.code import Argument, Call
from cnnanalyze.graph.node import Node


@dataclass(frozen=True)
class Held:
    """Where a tensor of a layer lies in what the framework holds, and in which order of axes."""

    name: str
    """``weight``"""
    arranged: Callable[[Any], Any] = lambda array: array
    """Makes it of ours, an array of NumPy."""


@dataclass(frozen=True)
class Step:
    """One call in the run of a network."""

    module: Call | None = None
    """What is made once, and holds the weights."""
    forward: str = "{module}({0})"
    """The expression; ``{0}`` is the first input, ``{amount}`` one of ``values``."""
    suffix: str = ""
    """What it is for, if it is not the layer itself: ``padding``."""
    stands_alone: bool = False
    """Whether the suffix is name enough, without that of the layer."""
    values: tuple[Argument, ...] = ()
    """The numbers in the expression."""
    tensors: Mapping[str, Held | tuple[Held, ...]] = field(default_factory=dict)
    """By role, where the tensors of the layer lie; some are held in parts."""

    @property
    def is_module(self) -> bool:
        """Whether it is a module with one input, and nothing else."""
        return self.module is not None and self.forward == "{module}({0})"


Steps = tuple[Step, ...]
"""The first reads what the layer reads, each other one what is made by the one before."""


def refuse(node: Node, target: str, why: str = "") -> UsageError:
    """Return the error for a layer that cannot be written."""
    return UsageError(
        f"{node.id}: '{node.kind}'{why} cannot be written for {target}",
        help="a block around it can be written by hand, and the rest exported without it",
    )
