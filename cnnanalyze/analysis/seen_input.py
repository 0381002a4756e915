"""What layers see of one input: the facts of those that depend on it, with the fields in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.core.shape import Shape
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import NodeId


@dataclass(frozen=True, repr=False)
class SeenInput:
    """One input of a network, and what the layers that depend on it see of it.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads(
    ...     "{cnn: 1, inputs: {left: 9x9x1, right: 7x7x1}, layers: ["
    ...     "{maxpool: 3, from: left}, {conv: {filters: 1, kernel: 5}, from: right}, "
    ...     "{add: [maxpool1, conv1]}]}"
    ... )
    >>> left, right = seen_inputs(cnn.analyze(net).analysis)
    >>> [f.node.id for f in left], left["add1"].field_size, right["add1"].field_size
    (['maxpool1', 'add1'], (3, 3), (5, 5))
    """

    analysis: Analysis
    name: NodeId

    @property
    def network(self) -> Network:
        """The network."""
        return self.analysis.network

    @property
    def shape(self) -> Shape:
        """The shape of the input."""
        return self.network.inputs[self.name].shape

    @property
    def is_only(self) -> bool:
        """Whether the network has no other input."""
        return len(self.network.inputs) == 1

    @property
    def label(self) -> str:
        """Words that say which input is meant, for the end of a phrase; none of the only one."""
        return "" if self.is_only else f" of {self.name}"

    @property
    def noun(self) -> str:
        """What a sentence calls the input."""
        return "the input" if self.is_only else self.name

    @cached_property
    def facts(self) -> dict[str, NodeFacts]:
        """The facts of each layer that depends on the input, with what it sees of this one."""
        if self.is_only:
            return self.analysis.facts
        found = ((f, dict(f.sees).get(self.name)) for f in self.analysis)
        return {
            f.node.id: replace(
                f,
                fields=seen.fields,
                narrow=seen.narrow,
                aligned=seen.aligned,
                order=seen.order,
                sees=((self.name, seen),),
            )
            for f, seen in found
            if seen is not None
        }

    def __getitem__(self, layer: str) -> NodeFacts:
        return self.facts[layer]

    def __contains__(self, layer: object) -> bool:
        return layer in self.facts

    def __iter__(self) -> Iterator[NodeFacts]:
        return iter(self.facts.values())


def seen_inputs(analysis: Analysis) -> tuple[SeenInput, ...]:
    """Return every input of a network, in order, with what the layers see of it."""
    return tuple(SeenInput(analysis, name) for name in analysis.network.inputs)
