"""NA007: sums of rectified branches."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import RECTIFIERS, SILENT, before
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class RectifiedResidual(Rule):
    """All inputs of an addition come directly from a ReLU.

    Why: a rectified residual branch can only add to the shortcut, never subtract. The sum grows
    from unit to unit, and the branch can express only half of what it could.

    Instead: apply the ReLU after the addition, or before the weights of the branch
    (pre-activation).
    """

    code = "NA007"
    name = "rectified-residual"
    traits = frozenset({Trait.SUM})
    formula = "relu(a) + relu(b) >= 0"
    source = "He et al. 2016, 'Identity mappings in deep residual networks', section 4.1"
    trips = "none of the 68 networks of torchvision 0.29"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [relu, {add: [[{conv: {filters: 3, kernel: 3, "
            "padding: same}}], []]}, relu]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- relu\n- add:\n"
            "  - [{conv: {filters: 3, kernel: 3, padding: same}}, relu]\n  - []\n",
            at=(5, 3),
            message="both inputs of this addition are rectified, so it can only grow",
            path="add1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at what every addition reads."""
        network = context.network
        assert network is not None
        for node in network:
            is_sum = Trait.SUM in node.layer.traits
            is_first = any(source in network.inputs for source in node.inputs)
            if not is_sum or len(node.inputs) < 2 or is_first:  # noqa: PLR2004
                continue
            sources = before(network, node, SILENT)
            if all(source.layer.is_any(RECTIFIERS) for source in sources):
                number = "both" if len(node.inputs) == 2 else f"all {len(node.inputs)}"  # noqa: PLR2004
                yield self.found(
                    context,
                    f"{number} inputs of this addition are rectified, so it can only grow",
                    node=node,
                    help="apply the ReLU after the addition, or before the weights of the branch",
                    values={"inputs": tuple(source.id for source in sources)},
                )
