"""CV005: mergeable linear."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class MergeableLinear(Rule):
    """Two linear layers follow each other, and one layer could replace both.

    Why: two convolutions with no nonlinearity between them are one convolution. If one of them
    is 1x1 and the layer between is not narrow, the pair computes nothing that one layer could
    not. Usually an activation was forgotten.

    Instead: add the forgotten activation, or merge both into one layer. A narrow layer between
    two wide ones is a low-rank factorisation, and a transposed convolution that upsamples
    scores is needed for the size: neither is reported.
    """

    code = "CV005"
    name = "mergeable-linear"
    severity = "warning"
    profiles = frozenset({"default"})
    needs = "network"
    traits = frozenset({Trait.FULL_DEPTH})
    formula = (
        "middle width >= min(in, out), one kernel 1x1 (or both dense), no nonlinearity between"
    )
    source = "Schoop et al. 2021 (UMLAUT), 'missing activation functions'"
    trips = (
        "MobileNetV3-small, blocks 1 and 2 (16 -> 16 -> 72): the block is "
        "linear at its end on purpose"
    )
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3}\n"
            "- relu\n"
            "- conv: {filters: 8, kernel: 1}\n"
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 64, kernel: 1}\n"
            "- relu\n"
            "- conv: {filters: 4, kernel: 1}\n"
            "- conv: {filters: 64, kernel: 1}\n"
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3}\n"
            "- conv: {filters: 8, kernel: 3}\n"
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x1\n"
            "layers:\n"
            "- {conv: {filters: 1, kernel: 3}, weights: [sobel-x]}\n"
            "- conv: {filters: 8, kernel: 1}\n"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3}\n"
            "- bn\n"
            "- conv: {filters: 16, kernel: 1}\n",
            at=(6, 3),
            message=(
                "mergeable: no nonlinearity between conv1 and conv2, so 3 -> 8 -> 16 channels "
                "are one linear layer"
            ),
            path="conv2",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- dense: 64\n- dense: 10\n",
            at=(5, 3),
            message=(
                "mergeable: no nonlinearity between dense1 and dense2, so 3072 -> 64 -> 10 "
                "channels are one linear layer"
            ),
            path="dense2",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look back from every linear layer to one with nothing but norms between."""
        assert context.network is not None
        network = context.network
        for node in network:
            first = _linear_before(network, node)
            if first is None or not layer_queries.is_mergeable(first, node):
                continue
            before, middle, after = _width(first), first.output.channels, node.output.channels
            yield self.found(
                context,
                f"mergeable: no nonlinearity between {first.id} and {node.id}, so {before} -> "
                f"{middle} -> {after} channels are one linear layer",
                node=node,
                help="add an activation between them, or merge them into one layer",
                values={"in": before, "middle": middle, "out": after},
            )


_BETWEEN = layer_queries.NORMS | layer_queries.SILENT


def _linear_before(network: Network, node: Node) -> Node | None:
    """Return the full linear layer that feeds this one, and nothing else, through norms."""
    if not _reads_all(node) or not layer_queries.is_mixing(node):
        return None
    here = layer_queries.producer(network, node)
    while here is not None and layer_queries.only_consumer(network, here) is not None:
        if not here.layer.is_any(_BETWEEN):
            return here if _reads_all(here) and not (here.given or node.given) else None
        here = layer_queries.producer(network, here)
    return None


def _reads_all(node: Node) -> bool:
    """Whether a layer is dense, or a convolution whose filters read all channels or a group."""
    traits = node.layer.traits
    return Trait.FULL_DEPTH in traits and Trait.TRANSPOSED_CONVOLUTION not in traits


def _width(node: Node) -> int:
    shape = node.input_shapes[0]
    return shape.count if node.layer.is_any(layer_queries.DENSE) else shape.channels
