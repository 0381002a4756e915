"""Steps as they stand in the text, and nodes that know the one that they came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree
from cnnanalyze.errors import Mark
from cnnanalyze.graph.node import Node, Origin


class Written(NamedTuple):
    """A step as it stands in the text."""

    key: Scalar
    """The word of the operation."""
    arguments: Tree | None = None
    """What stands behind it."""
    step: Mapping | None = None
    """The mapping with its reserved words; nothing if the step is a single word."""
    siblings: Sequence | None = None
    """The list that it stands in; nothing if it stands by itself, as behind ``else``."""

    def places(self, principal: str) -> dict[str, Mark]:
        """Return where the values of its attributes stand; a bare value is the principal one."""
        if isinstance(self.arguments, Mapping):
            return {key.text: value.mark for key, value in self.arguments.entries}
        return {principal: self.arguments.mark} if principal and self.arguments is not None else {}


@dataclass(frozen=True, slots=True)
class StepOrigin(Origin):
    """Where a node came from that a spec describes: besides the places, the step itself."""

    written: Written | None = None


def written_of(node: Node) -> Written | None:
    """Return the step that a node was made from, as it stands in the text, if in one.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 9x7x2, layers: [relu, {dropout: 0.2, as: drop}]}")
    >>> written_of(net["drop"]).arguments.value, len(written_of(net["relu1"]).siblings.items)
    (0.2, 2)
    """
    return node.origin.written if isinstance(node.origin, StepOrigin) else None
