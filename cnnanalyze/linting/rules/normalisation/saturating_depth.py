"""NA011: many saturating activations on one path."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import consumers
from cnnanalyze.linting.rule import Case, Rule, rule

SATURATING = frozenset({Trait.SATURATING})


@rule
class SaturatingDepth(Rule):
    """Too many sigmoid or tanh activations follow each other on one path.

    Why: both are flat far from zero, and the slope of a sigmoid is at most 1/4. Gradients that
    pass through many of them vanish, and the first layers hardly learn.

    Instead: use ReLU or one of its variants in hidden layers.
    """

    code = "NA011"
    name = "saturating-depth"
    traits = SATURATING
    severity = "info"
    formula = "sigmoid and tanh layers on the longest path > layers"
    source = "CS231n, lecture 6, activation functions"
    trips = "lenet5: six tanh layers, as in 1998"
    thresholds = MappingProxyType({"layers": 5})
    valid = (
        Case(
            "{cnn: 1, input: 5, layers: [{dense: 5}, tanh, {dense: 5}, tanh, {dense: 5}, sigmoid]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 5\nblocks:\n  unit:\n  - dense: 5\n  - tanh\n"
            "layers:\n- {unit: , repeat: 7}\n- dense: 2\n",
            at=(6, 5),
            message="this tanh is saturating activation number 6 on one path; the longest path has "
            "7",
            path="unit6/tanh1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Count along the longest path; gates and outputs are not hidden layers."""
        network = context.network
        assert network is not None
        limit = int(self.threshold(context, "layers"))
        longest: dict[str, int] = {}
        first = None
        for node in network:
            counted = node.layer.is_any(SATURATING) and not all(
                Trait.PRODUCT in reader.layer.traits for reader in consumers(network, node)
            )
            longest[node.id] = max((longest.get(i, 0) for i in node.inputs), default=0) + counted
            if counted and first is None and longest[node.id] > limit:
                first = node
        if first is not None:
            most = max(longest.values())
            yield self.found(
                context,
                f"this {first.kind} is saturating activation number {limit + 1} on one path; the "
                f"longest path has {most}",
                node=first,
                help="use ReLU or one of its variants in hidden layers",
                values={"on the longest path": most, "allowed": limit},
            )
