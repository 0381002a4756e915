"""Good specs, and the faults that are known: what is planted, where, and who must find it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

import yaml

from cnnanalyze.errors import Source
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.language.build import attempt
from tests.linting.planting.writing import Change, Step, steps_of

RELU_LIKE = frozenset({"relu", "relu6", "elu", "silu", "gelu", "tanh", "leaky_relu"})
NORMS = frozenset({"batchnorm", "layernorm"})


class Planted(NamedTuple):
    """A fault: which rules speak of it (one is enough), the edits, and the place."""

    codes: tuple[str, ...]
    changes: tuple[Change, ...]
    at: int
    """The index of the change in whose new text the fault lies, or -1: see ``place``."""
    place: int = 0
    """How far behind the beginning of that change, or, without one, the place in the old text."""


class Good:
    """A good spec: its text, its steps, and the network that it describes."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        _, network, faults = attempt(Source(name, text), None, None)
        assert network is not None, faults
        self.network: Network = network

    @cached_property
    def root(self) -> yaml.MappingNode:
        """The document as YAML reads it, with places."""
        root = yaml.compose(self.text, Loader=yaml.SafeLoader)
        assert isinstance(root, yaml.MappingNode)
        return root

    @cached_property
    def steps(self) -> list[Step]:
        """All steps that are written, each once."""
        return list(steps_of(self.root, self.text))

    @cached_property
    def by_place(self) -> dict[tuple[int, int], list[Node]]:
        """The layers that each place of the text stands for."""
        found: dict[tuple[int, int], list[Node]] = {}
        for node in self.network:
            mark = node.mark
            assert mark is not None
            if mark.source.name == self.name:
                found.setdefault((mark.line, mark.column), []).append(node)
        return found

    def nodes(self, step: Step) -> list[Node]:
        """Return the layers that a step stands for, one for each repetition and call."""
        mark = step.key.start_mark
        return self.by_place.get((mark.line + 1, mark.column + 1), [])

    def of(self, *kinds: str) -> Iterator[tuple[Step, list[Node]]]:
        """Yield the steps of some kinds that stand for layers."""
        for step in self.steps:
            nodes = self.nodes(step)
            if nodes and nodes[0].kind in kinds:
                yield step, nodes

    def plain(self, *kinds: str) -> Iterator[tuple[Step, list[Node]]]:
        """Yield those of them that read just the step before, and nobody else looks at by name."""
        for step, nodes in self.of(*kinds):
            if not {"from", "when", "share", "as", "weights", "else"} & set(step.words):
                yield step, nodes

    def readers(self, node: Node) -> list[Node]:
        """Return the layers that read a layer; nothing if it is an output, too."""
        if node.id in self.network.outputs:
            return []
        return [self.network.by_id[i] for i in self.network.consumers[node.id]]

    def reader(self, node: Node) -> Node | None:
        """Return the only layer that reads a layer."""
        found = self.readers(node)
        return found[0] if len(found) == 1 else None

    def source(self, node: Node) -> Node | None:
        """Return the layer that a layer reads first; nothing if that is the input."""
        return self.network.by_id.get(node.inputs[0])

    def shares(self, step: Step) -> bool:
        """Whether a step may share weights with others, so that its tensors must stay alike."""
        return bool({"share", "weights"} & set(step.words)) or any(
            "share" in s.words for s in self.steps
        )

    def is_used(self, step: Step) -> bool:
        """Whether the list of a step is laid out: not only with other parameters."""
        return any(self.nodes(s) for s in self.steps if s.list is step.list)

    def same(self, one: Node | None, step: Step | None) -> bool:
        """Whether a layer is written in a step."""
        return one is not None and step is not None and one in self.nodes(step)


Fault = Callable[[Good], Iterator[Planted]]
FAULTS: dict[str, tuple[Fault, bool]] = {}
"""By name: where the fault can be planted, and whether the network can be built with it."""


def fault(*, builds: bool = False) -> Callable[[Fault], Fault]:
    """Enter a kind of fault."""

    def enter(function: Fault) -> Fault:
        FAULTS[function.__name__.replace("_", "-")] = function, builds
        return function

    return enter
