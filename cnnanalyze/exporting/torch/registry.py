"""How a layer kind is written in PyTorch: one function for each, in a file for each family."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnanalyze.core.registry import entering
from cnnanalyze.exporting.code import Call
from cnnanalyze.exporting.part import Held, Step, Steps, refuse
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node

Writer = Callable[[Node, Network], Steps]

WRITERS: dict[str, Writer] = {}
"""By kind."""
CLASSES: dict[str, str] = {}
"""Modules that PyTorch lacks, by name; what is used of them is written before the network."""

TARGET = "PyTorch"


writes = entering(WRITERS)
"""Enter how layers of some kinds are written."""


def own(name: str, source: str) -> str:
    """Register the text of a module that PyTorch lacks, and return its name."""
    CLASSES[name] = source.strip("\n")
    return name


def module(made: Call, **tensors: Held) -> Steps:
    """Return a layer that is one module; tensors are named by their roles, with underscores."""
    return (Step(made, tensors={role.replace("_", " "): held for role, held in tensors.items()}),)


def function(forward: str, **options: Any) -> Steps:  # noqa: ANN401
    """Return a layer that is an expression."""
    return (Step(forward=forward, **options),)


def steps_of(node: Node, network: Network) -> Steps:
    """Return what a layer becomes.

    Raises
    ------
    UsageError
        If it cannot be written.
    """
    writer = WRITERS.get(node.kind)
    if writer is None:
        raise refuse(node, TARGET)
    return writer(node, network)


def outer(borders: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    """Return borders as PyTorch pads: from the last axis on.

    Examples
    --------
    >>> outer(((1, 2), (3, 5)))
    (3, 5, 1, 2)
    """
    return tuple(side for pair in reversed(borders) for side in pair)
