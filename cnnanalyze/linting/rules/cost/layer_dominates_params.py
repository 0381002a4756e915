"""PC002: one layer with a large share of the parameters."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import LINEAR, reads_map
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class LayerDominatesParams(Rule):
    """One layer of a larger network has a large share of the parameters.

    Why: this is the first place to make the file smaller. A dense layer on a flattened map with
    half of the parameters or more is reported as ``fc-dominates``.

    Instead: split the layer, make it narrower or factorise it.
    """

    code = "PC002"
    name = "layer-dominates-params"
    severity = "info"
    needs = "analysis"
    traits = LINEAR
    formula = "parameters of a layer > share of all, in networks with at least that many layers"
    source = "measured: 17 of the 68 networks of torchvision 0.29"
    trips = (
        "AlexNet and C3D (dense layers); mobile networks, whose classifier of 1,000 classes is "
        "their "
        "largest layer"
    )
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
            "- conv: {filters: 64, kernel: 3}\n- gap\n- dense: 5\n",
            at=(5, 3),
            message="this layer holds 54 % of the parameters: 4,672 of 8,725",
            path="conv8",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare every layer with the total."""
        analysis = context.analysis
        assert analysis is not None
        share = self.threshold(context, "share")
        total = analysis.total.parameters
        weighted = [f for f in analysis if f.node.layer.is_any(LINEAR) and f.parameters]
        if len(weighted) < self.threshold(context, "layers"):
            return
        for facts in weighted:
            is_told = reads_map(analysis.network, facts.node) and 2 * facts.parameters > total
            if facts.parameters > share * total and not is_told:
                yield self.found(
                    context,
                    f"this layer holds {100 * facts.parameters / total:.0f} % of the parameters: "
                    f"{facts.parameters:,} of {total:,}",
                    node=facts.node,
                    help="split it, make it narrower or factorise it",
                    values={"parameters": facts.parameters, "of": total},
                )
