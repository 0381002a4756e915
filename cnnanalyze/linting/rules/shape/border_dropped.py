"""SH006: border dropped."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.core.shape import axis_name
from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule
from cnnanalyze.linting.window_coverage import sides, windowed


@rule
class BorderDropped(Rule):
    """The windows end before the map does: some rows or columns are never read.

    Why: with a stride above 1 the last window may not reach the border; the positions after it
    were computed for nothing, on the far side only.

    Instead: choose a padding or an input size with which the windows end at the border; for
    pooling also 'ceil_mode'.
    """

    code = "SH006"
    name = "border-dropped"
    severity = "warning"
    profiles = frozenset({"default"})
    needs = "analysis"
    traits = layer_queries.CONVOLUTIONS | layer_queries.POOLS
    formula = "(n + 2p - d(k - 1) - 1) mod s > p, k > 1, s > 1"
    source = (
        "CS231n, 'Spatial arrangement': strides must fit; here only what no "
        "window reads is reported"
    )
    trips = (
        "SqueezeNet and NASNet-A mobile (a 3x3 or 7x7 kernel with stride 2 and "
        "no padding on 224), AlexNet of 2014 at 224 (11x11 with stride 4, pools"
        " on 54 and 26), M5 (a pool of 4 on 122): all true"
    )
    valid = (
        Case("cnn: 1\ninput: 32x32x3\nlayers:\n- maxpool: 2\n"),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- maxpool: {kernel: 3, stride: 2, ceil_mode: true}\n"
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3, stride: 2, padding: 1}\n"
        ),
        Case("cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 1, stride: 2}\n"),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3, stride: 2}\n",
            at=(4, 3),
            message="kernel 3 with stride 2 never reads the last one of height 32",
            path="conv1",
        ),
        Case(
            "cnn: 1\ninput: 32x33x3\nlayers:\n- maxpool: 2\n",
            at=(4, 3),
            message="kernel 2 with stride 2 never reads the last one of width 33",
            path="maxpool1",
        ),
        Case(
            "cnn: 1\ninput: 33x31x3\nlayers:\n- conv: {filters: 8, kernel: 3, stride: 4}\n",
            at=(4, 3),
            message="kernel 3 with stride 4 never reads the last 2 of height 33",
            path="conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at how the windows of every strided layer end."""
        for facts in windowed(context):
            node = facts.node
            for axis, (fit, k, s, _, n) in enumerate(sides(facts)):
                if k > 1 and s > 1 and fit.unread:
                    name = axis_name(axis, len(facts.fit))
                    rows = f"the last {fit.unread}" if fit.unread > 1 else "the last one"
                    yield self.found(
                        context,
                        f"kernel {k} with stride {s} never reads {rows} of {name} {n}",
                        node=node,
                        help="choose a padding or a size with which the windows end at the border"
                        + (", or 'ceil_mode: true'" if "ceil_mode" in node.attributes else ""),
                        values={"unread": fit.unread, name: n, "outputs": fit.output},
                    )
                    break
