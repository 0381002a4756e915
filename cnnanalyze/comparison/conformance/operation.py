"""Operations: what a normal form consists of, and how they are told."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from cnnanalyze.core.shape import Shape
from cnnanalyze.graph.node import Node

Features = Mapping[str, Any]
"""What an operation is given, by the words of the spec language."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a normal form."""

    id: str
    """The id of the layer that it comes from; of a layer of two steps, the first has a suffix."""
    name: str
    """What it does: mostly the layer kind."""
    features: tuple[tuple[str, Any], ...]
    """Its attributes, in the order of their names; what does not matter is left out."""
    inputs: tuple[str, ...]
    """The ids of operations and of inputs of the network that it reads."""
    shape: Shape
    """What it gives."""
    node: Node
    """The layer that it comes from."""
    takes_any_order: bool = False
    """Whether the order of what it reads makes no difference."""

    @property
    def label(self) -> Hashable:
        """What is equal for equal operations."""
        return self.name, self.features

    @property
    def words(self) -> str:
        """What it is called in messages."""
        if self.name != "clip":
            return self.name
        least, most = (dict(self.features)[limit] for limit in ("min", "max"))
        known = {(0, None): "relu", (0, 6): "relu6"}
        return known.get((least, most), f"clip to [{say(least)}, {say(most)}]")


def ordered(features: Features) -> tuple[tuple[str, Any], ...]:
    """Return features in the order of their names."""
    return tuple(sorted(features.items()))


def say(value: object) -> str:
    """Say a feature as it is told in messages.

    Examples
    --------
    >>> say((3, 3)), say(((1, 1), (0, -1))), say(True), say(None), say(range(2, 5))
    ('3x3', '1+1 x 0-1', 'true', 'none', '2 to 5')
    """
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return " x ".join("".join(f"{n:+}" for n in pair).removeprefix("+") for pair in value)
    if isinstance(value, tuple):
        return "x".join(map(say, value))
    if isinstance(value, range):
        return f"{value.start} to {value.stop}" + (f" by {value.step}" if value.step != 1 else "")
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else str(value)
