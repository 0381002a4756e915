"""SH012: size locked head."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class SizeLockedHead(Rule):
    """A dense layer reads a whole map, so the network accepts only one input size.

    Why: its weights are bound to positions: another input size has another number of
    activations. Most parameters are usually in this layer.

    Instead: pool globally before it: with 'gap' the head does not depend on the size.
    """

    code = "SH012"
    name = "size-locked-head"
    traits = layer_queries.DENSE
    severity = "info"
    profiles = frozenset({"default"})
    needs = "network"
    formula = "a dense layer after a map of more than one position"
    source = (
        "Lin et al. 2014 (Network in network), section 3.2; CS231n, 'Converting"
        " FC layers to CONV layers'"
    )
    trips = "AlexNet, VGG, LeNet: 9 of 68 networks of torchvision 0.29"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n- gap\n- dense: 10\n"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- maxpool: 4\n- flatten\n- dense: 10\n",
            at=(6, 3),
            message=("the dense layer reads all 64 positions of 8x8x3: the input size is fixed"),
            path="dense1",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- dense: 10\n",
            at=(4, 3),
            message=(
                "the dense layer reads all 1024 positions of 32x32x3: the input size is fixed"
            ),
            path="dense1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at what every dense layer reads, before it was flattened."""
        assert context.network is not None
        for node in context.network:
            if not node.layer.is_any(layer_queries.DENSE):
                continue
            shape = node.input_shapes[0]
            before = layer_queries.producer(context.network, node)
            while before is not None and before.layer.is_any(_PASSED):
                shape = before.input_shapes[0]
                if Trait.FLATTENING in before.layer.traits:
                    break
                before = layer_queries.producer(context.network, before)
            if shape.positions > 1:
                yield self.found(
                    context,
                    f"the dense layer reads all {shape.positions} positions of {shape}: "
                    "the input size is fixed",
                    node=node,
                    help="pool globally before it, as with 'gap'",
                    values={"map": str(shape), "positions": shape.positions},
                )


_PASSED = layer_queries.SILENT | layer_queries.ACTIVATIONS | {Trait.FLATTENING}
