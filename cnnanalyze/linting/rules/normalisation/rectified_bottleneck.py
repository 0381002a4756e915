"""NA006: ReLU on a narrow projection."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import NORMS, RECTIFIERS, SILENT, after, is_projection
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class RectifiedBottleneck(Rule):
    """A ReLU follows the narrow 1x1 convolution at the end of an inverted bottleneck.

    Why: ReLU discards half of every channel. With many channels, what one loses another keeps;
    after the projection to few channels it is gone. MobileNetV2 gained about one percent of
    accuracy with a linear bottleneck.

    Instead: remove the activation after the projection.
    """

    code = "NA006"
    name = "rectified-bottleneck"
    traits = frozenset({Trait.DEPTHWISE})
    attributes = frozenset({"groups"})
    formula = "depthwise, then 1x1 with C_out < C_in, then ReLU"
    source = "Sandler et al. 2018, 'MobileNetV2', section 3.2 and figure 6"
    trips = "none of the 68 networks of torchvision 0.29"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x24, layers: [{depthwise: 3}, batchnorm, relu6, "
            "{conv: {filters: 8, kernel: 1, bias: false}}, batchnorm]}"
        ),
        Case(
            "{cnn: 1, input: 9x9x8, layers: [{depthwise: 3}, {conv: {filters: 8, kernel: 1}}, "
            "relu]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x24\nlayers:\n- depthwise: 3\n- relu6\n"
            "- conv: {filters: 8, kernel: 1}\n- relu6\n",
            at=(7, 3),
            message="relu6 after a projection from 24 to 8 channels, which follows a depthwise "
            "convolution",
            path="relu62",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at every pointwise convolution that narrows what a depthwise one puts out."""
        network = context.network
        assert network is not None
        for node in network:
            if not is_projection(network, node):
                continue
            for reader in after(network, node, NORMS | SILENT):
                if reader.layer.is_any(RECTIFIERS):
                    wide, narrow = node.input_shapes[0].channels, node.output.channels
                    yield self.found(
                        context,
                        f"{reader.kind} after a projection from {wide} to {narrow} channels, "
                        f"which follows a depthwise convolution",
                        node=reader,
                        help="remove the activation",
                        values={"from": wide, "to": narrow, "projection": node.id},
                    )
