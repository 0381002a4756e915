"""How a layer kind is written in Keras: one function for each, in a file for each family."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnanalyze.core.registry import entering
from cnnanalyze.exporting.arrangement import Arrange
from cnnanalyze.exporting.code import Argument, Call, call
from cnnanalyze.exporting.part import Held, Step, Steps
from cnnanalyze.graph.node import Node

Writer = Callable[[Node], Steps]

WRITERS: dict[str, Writer] = {}
"""By kind."""
CLASSES: dict[str, str] = {}
"""Layers that Keras lacks, by name; what is used of them is written before the network."""

TARGET = "Keras"


writes = entering(WRITERS)
"""Enter how layers of some kinds are written."""


def own(name: str, source: str) -> str:
    """Register the text of a layer that Keras lacks, and return its name."""
    CLASSES[name] = source.strip("\n")
    return name


def layer(made: Call, *roles: str | tuple[str, Arrange], suffix: str = "") -> Step:
    """Return a layer that holds tensors in this order, some of them rearranged."""
    tensors: dict[str, Held] = {}
    for number, role in enumerate(roles):
        name, arranged = role if isinstance(role, tuple) else (role, lambda array: array)
        tensors[name] = Held(str(number), arranged)
    return Step(made, suffix=suffix, tensors=tensors)


def expression(forward: str, suffix: str = "", **values: Any) -> Step:  # noqa: ANN401
    """Return an expression of inputs and numbers."""
    arguments = tuple(Argument(name, value) for name, value in values.items())
    return Step(forward=forward, suffix=suffix, values=arguments)


def made(name: str, **arguments: Any) -> Call:  # noqa: ANN401
    """Return a call whose arguments are told by place."""
    return call(name, **arguments)
