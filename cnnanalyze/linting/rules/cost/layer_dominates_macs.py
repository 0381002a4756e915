"""PC003: one layer with a large share of the operations."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import LINEAR
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class LayerDominatesMacs(Rule):
    """One layer of a larger network costs a large share of the multiply-accumulates.

    Why: this is the first place to make the network faster.

    Instead: downsample before it, split it, make it narrower or factorise it.
    """

    code = "PC003"
    name = "layer-dominates-macs"
    severity = "info"
    needs = "analysis"
    traits = LINEAR
    formula = "MACs of a layer > share of all, in networks with at least that many layers"
    source = "as layer-dominates-params, for operations"
    trips = "alexnet, zfnet: their second convolution of 5x5"
    thresholds = MappingProxyType({"share": 0.3, "layers": 8})
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 64, kernel: 3}}, gap, {dense: 10}]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n"
            "- {conv: {filters: 8, kernel: 3, padding: same}, repeat: 7}\n"
            "- conv: {filters: 64, kernel: 3, padding: same}\n",
            at=(5, 3),
            message="this layer costs 56 % of the MACs: 373,248 of 670,680",
            path="conv8",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare every layer with the total."""
        analysis = context.analysis
        assert analysis is not None
        share = self.threshold(context, "share")
        total = analysis.total.operations("mac")
        weighted = [f for f in analysis if f.node.layer.is_any(LINEAR)]
        if len(weighted) < self.threshold(context, "layers"):
            return
        for facts in weighted:
            macs = facts.operations("mac") or 0
            if macs > share * total:
                yield self.found(
                    context,
                    f"this layer costs {100 * macs / total:.0f} % of the MACs: {macs:,} of "
                    f"{total:,}",
                    node=facts.node,
                    help="downsample before it, split it, make it narrower or factorise it",
                    values={"macs": macs, "of": total},
                )
