"""GR009: fusable siblings."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class FusableSiblings(Rule):
    """Convolutions with the same kernel and stride read the same input.

    Why: one convolution with all their filters computes the same in one pass over the input,
    which is faster on most hardware.

    Instead: use one wider convolution and 'slice' its channels.
    """

    code = "GR009"
    name = "fusable-siblings"
    severity = "info"
    profiles = frozenset({"strict"})
    needs = "network"
    formula = "same input, kernel, stride, padding and dilation, groups = 1"
    source = "horizontal fusion, as the graph optimiser of TensorRT does it"
    trips = "GoogLeNet, Inception v3: the 1x1 convolutions of their branches"
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- concat: [[{conv: {filters: 8, kernel: 1}}], [{conv: {filters: 8, kernel: 3, pa"
            "dding: same}}]]\n"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- concat: [[{conv: {filters: 8, kernel: 1}}], [{conv: {filters: 16, kernel: 1}}]"
            "]\n",
            at=(4, 49),
            message=(
                "concat1/2/conv1 and concat1/1/conv1 read the same input with 1x1 "
                "kernels: one convolution could do both"
            ),
            path="concat1/2/conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare every full convolution with those before it that read the same."""
        assert context.network is not None
        seen: dict[tuple[object, ...], str] = {}
        for node in context.network:
            if not layer_queries.is_full(node):
                continue
            shape = {k: v for k, v in node.attributes.items() if k != "filters"}
            first = seen.setdefault((repr(shape), node.inputs), node.id)
            if first != node.id:
                size = "x".join(map(str, layer_queries.kernel(node)))
                yield self.found(
                    context,
                    f"{node.id} and {first} read the same input with {size} kernels: "
                    f"one convolution could do both",
                    node=node,
                    help="use one wider convolution and 'slice' its channels",
                    values={"sibling": first},
                )
