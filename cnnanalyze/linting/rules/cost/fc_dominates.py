"""PC001: a dense layer on a flattened map that outweighs the rest."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import DENSE, reads_map
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class FcDominates(Rule):
    """The first dense layer on a flattened map has most of the parameters.

    Why: it has one weight for every activation of the map and every unit. In VGG-16 that is
    102.8 of 138.4 million parameters, for one matrix product.

    Instead: pool the map globally before the dense layer.
    """

    code = "PC001"
    name = "fc-dominates"
    severity = "info"
    needs = "analysis"
    traits = DENSE
    formula = "h·w·C·units > share of all parameters"
    source = "CS231n, lecture 9, on VGG-16: most parameters are in the late dense layers"
    trips = "AlexNet and its variants, the VGG networks, C3D; small LeNets"
    thresholds = MappingProxyType({"share": 0.5})
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 64, kernel: 3}}, gap, {dense: 10}]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n- flatten\n- dense: "
            "10\n",
            at=(6, 3),
            message="this dense layer on a map of 7x7x8 holds 95 % of the parameters",
            path="dense1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at every dense layer that reads a map of more than one position."""
        analysis = context.analysis
        assert analysis is not None
        share = self.threshold(context, "share")
        total = analysis.total.parameters
        for facts in analysis:
            shape = reads_map(analysis.network, facts.node)
            if shape is not None and facts.parameters > share * total:
                yield self.found(
                    context,
                    f"this dense layer on a map of {shape} holds "
                    f"{100 * facts.parameters / total:.0f} "
                    "% of the parameters",
                    node=facts.node,
                    help="pool the map globally before it",
                    values={"parameters": facts.parameters, "of": total},
                )
