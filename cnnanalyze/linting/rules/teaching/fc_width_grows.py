"""TE019: dense layers that become wider."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import ACTIVATIONS, DENSE, NORMS, SILENT, before, is_gate
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class FcWidthGrows(Rule):
    """A dense layer has more units than the dense layer before it.

    Why: a classifier narrows towards its classes; a wider layer cannot hold more information
    than the narrower one before it. Inverted bottlenecks (ConvNeXt, transformers) and gates do
    it deliberately.

    Instead: reduce the widths towards the output.
    """

    code = "TE019"
    name = "fc-width-grows"
    severity = "info"
    profiles = frozenset({"teaching"})
    formula = "units > units of the dense layer before"
    source = "NeuraLint rule f019 (Nikanjam et al., arXiv 2105.08095)"
    trips = (
        "4 of the 68 networks of torchvision 0.29, all ConvNeXt, whose pointwise layers are dense "
        "there; "
        "squeeze-and-excitation gates are left out"
    )
    valid = (Case("{cnn: 1, input: 9, layers: [{dense: 8}, relu, {dense: 8}, relu, {dense: 5}]}"),)
    invalid = (
        Case(
            "cnn: 1\ninput: 9\nlayers:\n- dense: 5\n- relu\n- dense: 7\n",
            at=(6, 10),
            message="this dense layer has 7 units, but the one before it only 5",
            path="dense2",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare every dense layer with the one before it."""
        network = context.network
        assert network is not None
        for node in network:
            if not node.layer.is_any(DENSE) or is_gate(network, node):
                continue
            for source in before(network, node, ACTIVATIONS | NORMS | SILENT):
                now, then = node.output.channels, source.output.channels
                if source.layer.is_any(DENSE) and now > then:
                    yield self.found(
                        context,
                        f"this dense layer has {now} units, but the one before it only {then}",
                        node=node,
                        attribute="units",
                        help="reduce the widths towards the output",
                        values={"units": now, "before": then},
                    )
