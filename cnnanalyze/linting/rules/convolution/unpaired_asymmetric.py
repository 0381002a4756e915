"""CV007: unpaired asymmetric."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class UnpairedAsymmetric(Rule):
    """A 1xn convolution has no nx1 counterpart.

    Why: a large kernel is factorised into a row and a column; with only one of them the network
    mixes positions along one axis only.

    Instead: add the other half after it or in parallel, unless the pattern lies along that axis
    only.
    """

    code = "CV007"
    name = "unpaired-asymmetric"
    severity = "info"
    profiles = frozenset({"default"})
    needs = "network"
    traits = layer_queries.CONVOLUTIONS
    formula = "kernel 1xn with n > 1, and no nx1 before, behind or beside it"
    source = "Szegedy et al. 2016 (Inception v3), section 3.2"
    trips = "none: the pairs of Inception v3 and v4 follow each other or stand side by side"
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: [1, 7], padding: same}\n"
            "- relu\n"
            "- conv: {filters: 8, kernel: [7, 1], padding: same}\n"
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- concat: [[{conv: {filters: 8, kernel: [1, 3], padding: same}}], [{conv: {filte"
            "rs: 8, kernel: [3, 1], padding: same}}]]\n"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: [1, 7], padding: same}\n"
            "- relu\n"
            "- conv: {filters: 8, kernel: 3, padding: same}\n",
            at=(4, 30),
            message="1x7 convolution without a 7x1 before, after or beside it",
            path="conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look for the other half of every row or column."""
        assert context.network is not None
        for node in context.network:
            sides = layer_queries.kernel(node) if layer_queries.is_convolution(node) else ()
            if len(sides) != _PLANE or min(sides) > 1 or max(sides) == 1:
                continue
            flat = sides.index(1)
            wanted = sides[::-1]
            if node.input_shapes[0].size[flat] == 1 or wanted in _around(context.network, node):
                continue
            said = "x".join(map(str, sides))
            other = "x".join(map(str, wanted))
            yield self.found(
                context,
                f"{said} convolution without a {other} before, after or beside it",
                node=node,
                attribute="kernel",
                help=f"add a {other} convolution to cover both axes",
                values={"kernel": said},
            )


_PLANE = 2


def _around(network: Network, node: Node) -> set[tuple[int, ...]]:
    """Return the kernels of the convolutions before, behind and beside a layer."""
    passed = layer_queries.ACTIVATIONS | layer_queries.NORMS | layer_queries.SILENT
    before = layer_queries.before(network, node, passed)
    behind = layer_queries.after(network, node, passed)
    beside = layer_queries.consumers(network, layer_queries.producer(network, node))
    return {layer_queries.kernel(n) for n in (*before, *behind, *beside)}
