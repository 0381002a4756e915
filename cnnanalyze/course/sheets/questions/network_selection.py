"""Network selection: the network and the layers of a question, and their misreadings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache, cached_property, partial
from typing import Any

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.core.exact_number import Number
from cnnanalyze.core.quantities import Terms
from cnnanalyze.core.registry import nearest
from cnnanalyze.course.explanations.additive_quantities import additive_quantities
from cnnanalyze.course.misconceptions.catalogue import MistakeKind, kind
from cnnanalyze.course.misconceptions.solution import (
    LayerContext,
    LayerContexts,
    Nested,
    Solution,
    Variant,
)
from cnnanalyze.course.sheets.questions.misread_network import misread_networks, misread_training
from cnnanalyze.course.sheets.questions.sizes import size_trees
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.attributes import per_axis
from cnnanalyze.layers.base import KINDS
from cnnanalyze.layers.traits import Trait


@dataclass(frozen=True)
class NetworkSelection:
    """A network and the layers that a question is about."""

    network: Network
    layer: str = ""
    """One layer or block; nothing for the whole network."""
    layers: tuple[str, ...] = ()
    """Several layers, with an answer for each."""
    over: tuple[str, ...] = ()
    """Patterns of ids, or kinds: the layers to add up."""
    origin: Network | None = None
    """The network as its spec has it, where the question sets something."""
    overlooked: str = ""
    """The mistake of using ``origin``, in words."""
    upstream: Any = None
    """The gradient of the loss by the output, as it is written; nothing if none is given."""
    label: tuple[Number, ...] | None = None
    """What is right, a number for each class, if there is a loss."""

    @cached_property
    def analysis(self) -> Analysis:
        """The analysis of the network."""
        return analyze(self.network)

    @cached_property
    def contexts(self) -> LayerContexts:
        """The context of every layer."""
        above: dict[str, tuple[int, ...]] = {
            name: (given.shape.channels,) for name, given in self.network.inputs.items()
        }
        found: LayerContexts = {}
        for node in self.network:
            depths = above[node.inputs[0]]
            own = node.input_shapes[0].channels
            found[node.id] = LayerContext(
                node.kind,
                node.layer.traits,
                node.input_shapes[0],
                node.output,
                tuple(d for d in depths if d != own),
                self._mixed(node),
                _strides(node),
                cache(partial(size_trees, self.analysis, node.id)),
            )
            above[node.id] = (*depths, node.output.channels)
        return found

    def _mixed(self, node: Node) -> int:
        """Return the output channels of the pointwise convolution after a depthwise one."""
        if Trait.SEPARABLE in node.layer.traits:
            return node.output.channels
        if Trait.DEPTHWISE not in node.layer.traits:
            return 0
        after = {node.id}
        for other in self.network:
            if set(other.inputs) & after:
                if other.layer.traits >= {Trait.CONVOLUTION, Trait.FULL_DEPTH}:
                    return other.output.channels
                after.add(other.id)
        return 0

    def only(self, layer: str) -> NetworkSelection:
        """Return the quantity of one layer, without analysing the network again."""
        found = replace(self, layer=layer, layers=(), over=())
        found.__dict__.update(analysis=self.analysis, contexts=self.contexts)
        return found

    @property
    def name(self) -> str:
        """What the question is about, in words."""
        if self.over:
            return f"the layers {' and '.join(self.over)} of {self.network.name}"
        return self.layer or self.network.name

    def chosen(self) -> tuple[NodeFacts, ...]:
        """Return the layers to add up."""
        if self.over:
            found = tuple(f for f in self.analysis if any(_meets(f.node, p) for p in self.over))
            if not found:
                ids = [*self.network.by_id, *{n.kind for n in self.network}]
                raise UsageError(
                    f"no layer of {self.network.name} is called or is of the kind "
                    f"{' or '.join(map(repr, self.over))}{nearest(self.over[0], ids)}"
                )
            return found
        return self.analysis.group(self.layer) if self.layer else tuple(self.analysis)


def _strides(node: Node) -> tuple[int, ...]:
    stride = node.attributes.get("stride", 1)
    stride = node.attributes.get("kernel", 1) if stride is None else stride
    return per_axis(stride, node.input_shapes[0].rank, "stride") if node.output.rank else ()


def _meets(node: Node, pattern: str) -> bool:
    return node.kind == KINDS.canonical(pattern) or fnmatchcase(node.id, pattern)


# --- the network read wrongly ---------------------------------------------------------------------

COSTLY = 120
"""The most layers of a network for which each layer is misread by itself."""


def misread_variants(
    selection: NetworkSelection, quantity: str, again: Callable[[Network], Solution]
) -> Iterator[Variant]:
    """Yield the question for networks with one misreading."""

    def variant(kind: MistakeKind, where: str, make: Callable[[], Network]) -> Variant:
        def value() -> Nested:
            return _quick(replace(selection, network=make()), quantity)

        adds_up = selection.layer not in selection.network and _sum(quantity) is not None
        quick = adds_up or (quantity == _SEEN and len(selection.network.inputs) == 1)
        return Variant(kind, lambda: again(make()), where, value if quick else None)

    origin = selection.origin
    if origin is not None:
        yield variant(OVERLOOKED._replace(words=selection.overlooked), "", lambda: origin)
    if quantity == "trainable":
        for kind, make in misread_training(selection.network):
            yield variant(kind, "", make)
    if len(selection.network) > COSTLY:
        return
    chosen = selection.chosen() if not selection.layers else ()
    for reading in misread_networks(selection.network, chosen, selection.contexts):
        if quantity in reading.quantities:
            yield variant(reading.kind, reading.where, reading.make)


OVERLOOKED = kind("settings overlooked", "overlooked what the question sets")


def _sum(quantity: str) -> Callable[[NodeFacts], int] | None:
    """Return the addend of a layer, for sums that need no working."""
    row = additive_quantities().get(quantity)
    of_layer = row.of_layer if row else None
    return None if of_layer is None else lambda f: of_layer(f, Terms()) or 0


_SEEN = "receptive_field"
"""What a layer sees needs no working to be compared, either."""


def _quick(selection: NetworkSelection, quantity: str) -> Nested:
    analysis = analyze(selection.network, fields=quantity == _SEEN)
    selection.__dict__["analysis"] = analysis
    if selection.layers:
        return tuple(_quick_value(analysis.group(layer), quantity) for layer in selection.layers)
    return _quick_value(selection.chosen(), quantity)


def _quick_value(chosen: tuple[NodeFacts, ...], quantity: str) -> Nested:
    if not chosen:
        raise UsageError("the layer is not there")
    if (of_layer := _sum(quantity)) is not None:
        return sum(map(of_layer, chosen))
    seen = chosen[0].field_size if len(chosen) == 1 else None
    if not seen:
        raise UsageError("the receptive field of the layer is not known")
    return seen if len(set(seen)) > 1 else seen[0]
