"""Parts: the groups and boxes that a network is drawn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from cnnanalyze.graph.box_grouping import Box
from cnnanalyze.graph.node import Node


@dataclass(eq=False)
class Part:
    """A box, a group of parts, or several equal parts in succession."""

    path: str
    box: Box | None = None
    children: list[Part] = field(default_factory=list)
    members: list[Part] = field(default_factory=list)
    """The equal parts that it represents, if several."""
    form: int = 0
    """Equal for parts that differ in their widths at most."""
    exact: int = 0
    """Equal for parts that differ in their input at most."""
    alike: int = 0
    """Equal for parts that differ in values besides, such as the factor of a scale."""

    @property
    def times(self) -> int:
        """The number of equal parts that it represents."""
        return len(self.members) or 1

    @property
    def shape(self) -> Part:
        """The part whose inside is drawn: itself, or the first of those it represents."""
        return self.members[0] if self.members else self

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """All boxes below, in order."""
        if self.box is not None:
            return (self.box,)
        return tuple(b for part in self.members or self.children for b in part.boxes)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """All layers below, in the order of their boxes."""
        if self.box is not None:
            return self.box.nodes
        return tuple(n for b in self.boxes for n in b.nodes)

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of all layers below."""
        return frozenset(n.id for n in self.nodes)

    @cached_property
    def places(self) -> dict[str, int]:
        """The index of each layer below, by its id."""
        return {n.id: i for i, n in enumerate(self.nodes)}

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all parts that it represents."""
        return tuple(m.path for m in self.members) or (self.path,)

    @property
    def is_shared(self) -> bool:
        """Whether all weights inside are those of other layers."""
        held = [n for n in self.nodes if n.layer.params(*n.input_shapes)]
        return bool(held) and all(n.share is not None for n in held)

    def __iter__(self) -> Iterator[Part]:
        return iter(self.shape.children)


def is_along(path: str, other: str) -> bool:
    """Whether one of two paths begins with the other.

    Examples
    --------
    >>> is_along("stage1", "stage1/unit2"), is_along("stage1", "stage10")
    (True, False)
    """
    return path == other or path.startswith(f"{other}/") or other.startswith(f"{path}/")
