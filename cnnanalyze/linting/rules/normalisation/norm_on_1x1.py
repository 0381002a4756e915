"""NA010: batch normalisation of a single position."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class NormOn1x1(Rule):
    """A batch normalisation works on a 1x1 map.

    Why: its statistics are then taken over the images of a batch alone. With one image there is one
    value per channel and a variance of zero: PyTorch refuses to train, others divide by epsilon.
    With few images the statistics are noise.

    Instead: leave the normalisation out behind a global pool, or normalise over channels.
    """

    code = "NA010"
    name = "norm-on-1x1"
    traits = frozenset({Trait.BATCH_STATISTICS})
    severity = "info"
    formula = "batchnorm on h = w = 1"
    source = "PyTorch: 'Expected more than 1 value per channel when training'"
    trips = (
        "DeepLabv3 of torchvision (image pooling of its pyramid); inception_v3_auxiliary, whose "
        "auxiliary head convolves a 5x5 map to a point"
    )
    valid = (Case("{cnn: 1, input: 7x7x3, layers: [batchnorm, gap, {dense: 10}]}"),)
    invalid = (
        Case(
            "cnn: 1\ninput: 7x7x3\nlayers:\n- conv: {filters: 8, kernel: 7, bias: false}\n"
            "- batchnorm\n",
            at=(5, 3),
            message="this batchnorm sees one value per channel and image",
            path="batchnorm1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at the map of every batch normalisation."""
        network = context.network
        assert network is not None
        for node in network:
            shape = node.output
            is_batch = Trait.BATCH_STATISTICS in node.layer.traits
            if is_batch and not shape.is_vector and shape.positions == 1:
                yield self.found(
                    context,
                    "this batchnorm sees one value per channel and image",
                    node=node,
                    help="leave it out, or normalise over channels",
                    values={"map": str(shape)},
                )
