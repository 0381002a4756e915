"""TE009: layers without an activation near them."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import LINEAR, SOFTMAX, consumers, is_activation
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class NoActivationNear(Rule):
    """No activation follows a convolution or dense layer within three layers.

    Why: textbooks put a nonlinearity after every layer with weights. Linear bottlenecks,
    pre-activation and residual sums put it elsewhere, for good reasons.

    Instead: add an activation after the layer, unless the design requires otherwise.
    """

    code = "TE009"
    name = "no-activation-near"
    severity = "info"
    profiles = frozenset({"teaching"})
    formula = "no activation within 3 layers after W·x"
    source = "NeuraLint rule f009 (Nikanjam et al., arXiv 2105.08095)"
    trips = (
        "33 of the 68 networks of torchvision 0.29: linear bottlenecks, projection shortcuts; "
        "here the "
        "mobile networks and most others with joins"
    )
    thresholds = MappingProxyType({"layers": 3})
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}, batchnorm, relu, "
            "gap]}"
        ),
        Case("{cnn: 1, input: 9x9x3, layers: [{dense: 5}, softmax]}"),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n- batchnorm\n"
            "- {maxpool: 2}\n- conv: {filters: 8, kernel: 1}\n- relu\n",
            at=(4, 3),
            message="no activation within 3 layers after this conv",
            path="conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Walk three layers on from every layer with weights."""
        network = context.network
        assert network is not None
        within = int(self.threshold(context, "layers"))
        for node in network:
            if not node.layer.is_any(LINEAR):
                continue
            level = [node]
            for _ in range(within):
                level = [reader for here in level for reader in consumers(network, here)]
                if not level or any(is_activation(n) or n.layer.is_any(SOFTMAX) for n in level):
                    break
            else:
                yield self.found(
                    context,
                    f"no activation within {within} layers after this {node.kind}",
                    node=node,
                    help="add one after it, unless the design requires otherwise",
                )
