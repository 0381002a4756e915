"""PC006: layers that wait for memory."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cnnanalyze.analysis.memory import bytes_of
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import LINEAR
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class StarvedLayer(Rule):
    """A layer is memory-bound: it computes too little for each byte that it moves.

    Why: a device reaches its peak speed only above its ridge point: the number of operations it
    can do while one byte arrives. Below it, moving data takes the time, and saving operations
    saves nothing.

    Instead: fuse the layer with its neighbours, or make it wider.
    """

    code = "PC006"
    name = "starved-layer"
    severity = "info"
    profiles = frozenset()
    needs = "analysis"
    formula = "2·MACs / bytes of input, output and weights (float32) < ridge"
    source = (
        "Williams, Waterman, Patterson 2009, 'Roofline'; Ma et al. 2018, 'ShuffleNet V2': FLOPs "
        "are "
        "an indirect metric"
    )
    trips = "every depthwise convolution and every dense layer for one image"
    thresholds = MappingProxyType({"ridge": 10})
    valid = (
        Case(
            "{cnn: 1, input: 28x28x64, layers: [{conv: {filters: 64, kernel: 3, padding: same}}]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 28x28x64\nlayers:\n- depthwise: {kernel: 3, padding: same}\n",
            at=(4, 3),
            message="memory-bound: this depthwise does 2.24 operations per byte moved, below the "
            "ridge point of 10",
            path="depthwise1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare the arithmetic intensity of every layer with weights with the ridge."""
        analysis = context.analysis
        assert analysis is not None
        ridge = self.threshold(context, "ridge")
        for facts in analysis:
            node = facts.node
            if not node.layer.is_any(LINEAR) or not (macs := facts.operations("mac")):
                continue
            numbers = sum(s.count for s in node.input_shapes) + node.output.count + facts.stored
            intensity = 2 * macs / (numbers * bytes_of("float32"))
            if intensity < ridge:
                yield self.found(
                    context,
                    f"memory-bound: this {node.kind} does {intensity:.3g} operations per byte "
                    f"moved, below the ridge point of {ridge:g}",
                    node=node,
                    help="fuse it with its neighbours, or make it wider",
                    values={"operations per byte": round(intensity, 3), "ridge": ridge},
                )
