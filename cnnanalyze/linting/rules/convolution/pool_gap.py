"""CV004: pool gap."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class PoolGap(Rule):
    """A pool skips pixels that no other layer reads.

    Why: with a stride larger than the window, some rows and columns are in no window; a pool
    should summarise the map, not discard parts of it.

    Instead: use a window at least as large as the stride.
    """

    code = "CV004"
    name = "pool-gap"
    traits = layer_queries.POOLS
    severity = "warning"
    profiles = frozenset({"default"})
    needs = "network"
    formula = "s > d(k - 1) + 1, and no other layer reads the input"
    source = (
        "CS231n, 'Pooling layer': in practice windows of 2 with stride 2, or of 3 with stride 2"
    )
    trips = (
        "none: the 1x1 pools of stride 2 in NASNet's factorised reduction, "
        "moved by one pixel, and on the shortcuts of ResNet v2 are not alone on"
        " their map"
    )
    valid = (
        Case("cnn: 1\ninput: 32x32x3\nlayers:\n- maxpool: {kernel: 3, stride: 2}\n"),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- concat: [[{avgpool: {kernel: 1, stride: 2}}], [{crop: [[1, 0], [1, 0]]}, {zero"
            "pad: [[0, 1], [0, 1]]}, {avgpool: {kernel: 1, stride: 2}}]]\n"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- maxpool: {kernel: 2, stride: 3}\n",
            at=(4, 32),
            message="stride 3 skips pixels: the window covers only 2",
            path="maxpool1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at pools that nothing else stands beside."""
        assert context.network is not None
        for node, stride, extent in layer_queries.gaps(
            context.network, layer_queries.POOLS, _PASSED
        ):
            yield self.found(
                context,
                f"stride {stride} skips pixels: the window covers only {extent}",
                node=node,
                attribute="stride",
                help=f"use a window of at least {stride}",
                values={"stride": stride, "extent": extent},
            )


_PASSED = layer_queries.SILENT | {Trait.CROPPING, Trait.PADDING, Trait.SHIFTING}
