"""SH010: kernel over map."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.core.shape import axis_name
from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule
from cnnanalyze.linting.window_coverage import readings, sides


@rule
class KernelOverMap(Rule):
    """A kernel is too large for its map: some of its positions never read it.

    Why: at every output these kernel positions read padding: their weights are never used.

    Instead: use a smaller kernel or dilation there, less downsampling before it, or a larger
    input.
    """

    code = "SH010"
    name = "kernel-over-map"
    severity = "warning"
    profiles = frozenset({"default"})
    needs = "analysis"
    traits = layer_queries.CONVOLUTIONS
    formula = (
        "some kernel position reads padding at every output; for 'same' padding: "
        "d(k - 1)/2 >= n, n > 1"
    )
    source = "Chen et al. 2017 (DeepLabv3), section 3.3: a 3x3 filter degenerates to a 1x1 filter"
    trips = (
        "DeepLabv3 at 224: rate 36 on 28x28; most networks for 224x224 on 32x32"
        " images. A 3x3 kernel on two frames, as in C3D and R3D-18, uses all of its positions "
        "and is not reported"
    )
    valid = (
        Case("cnn: 1\ninput: 2x2x3\nlayers:\n- conv: {filters: 8, kernel: 3, padding: same}\n"),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 2x2x3\nlayers:\n- conv: {filters: 8, kernel: 5, padding: same}\n",
            at=(4, 30),
            message="kernel extent 5 on height 2: 2 of 5 kernel positions never read the map",
            path="conv1",
        ),
        Case(
            "cnn: 1\n"
            "input: 28x28x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3, dilation: 36, padding: 36}\n",
            at=(4, 30),
            message=(
                "kernel extent 73 (3 with dilation 36) on height 28: 2 of 3 kernel positions "
                "never read the map"
            ),
            path="conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look for dead taps along every axis of every spatial convolution."""
        assert context.analysis is not None
        for facts in context.analysis:
            node = facts.node
            if not layer_queries.is_spatial(node) or not facts.fit:
                continue
            for axis, (fit, k, s, d, n) in enumerate(sides(facts)):
                dead = readings(fit, k, s, d, n).dead
                if dead and n > 1:
                    name, extent = axis_name(axis, len(facts.fit)), d * (k - 1) + 1
                    dilated = f" ({k} with dilation {d})" if d > 1 else ""
                    yield self.found(
                        context,
                        f"kernel extent {extent}{dilated} on {name} {n}: {dead} of {k} kernel "
                        f"positions never read the map",
                        node=node,
                        attribute="kernel",
                        help="use a smaller kernel or dilation, or less downsampling before it",
                        values={"extent": extent, name: n, "dead taps": dead},
                    )
                    break
