"""TE026: blocks of unlike convolutions."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cnnanalyze.graph.node import Node
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import (
    ACTIVATIONS,
    CONVOLUTIONS,
    NORMS,
    POOLS,
    SILENT,
    before,
    kernel,
    main_path,
)
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class UnevenBlock(Rule):
    """Convolutions of a deep network with no pool between them differ in kernel or filters.

    Why: deep textbook networks (VGG) consist of blocks of two to four equal convolutions.
    Bottlenecks and everything after 2014 do not.

    Instead: nothing: the rule describes VGG.
    """

    code = "TE026"
    name = "uneven-block"
    severity = "info"
    profiles = frozenset({"teaching"})
    formula = "convolutions + pools >= 10, and neighbours differ"
    source = "NeuraLint rule f026 (Nikanjam et al., arXiv 2105.08095)"
    trips = "nearly every network after VGG: of little value"
    thresholds = MappingProxyType({"layers": 10})
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}, relu, "
            "{conv: {filters: 16, kernel: 3}}]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n"
            "- {conv: {filters: 8, kernel: 3, padding: same}, repeat: 9}\n"
            "- conv: {filters: 16, kernel: 3}\n",
            at=(5, 3),
            message="this convolution differs from conv9 before it: 3x3 with 16 filters, 3x3 "
            "with 8",
            path="conv10",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare neighbours of the main path; the first unlike pair is told."""
        network = context.network
        assert network is not None
        path = main_path(network)
        if sum(n.layer.is_any(CONVOLUTIONS | POOLS) for n in path) < self.threshold(
            context, "layers"
        ):
            return
        for node in path:
            if not node.layer.is_any(CONVOLUTIONS):
                continue
            for source in before(network, node, ACTIVATIONS | NORMS | SILENT):
                if source.layer.is_any(CONVOLUTIONS) and _like(node) != _like(source):
                    yield self.found(
                        context,
                        f"this convolution differs from {source.id} before it: {_said(node)} "
                        f"filters, {_said(source)}",
                        node=node,
                        help="check that this is intended",
                    )
                    return


def _like(node: Node) -> tuple[tuple[int, ...], int]:
    return kernel(node), node.output.channels


def _said(node: Node) -> str:
    return f"{'x'.join(map(str, kernel(node)))} with {node.output.channels}"
