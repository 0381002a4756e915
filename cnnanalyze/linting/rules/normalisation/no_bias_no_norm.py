"""NA002: layers with neither a bias nor a normalisation."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.graph.node import Node
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import ACTIVATIONS, LINEAR, NORMS, SOFTMAX, consumers
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class NoBiasNoNorm(Rule):
    """A layer without a bias is followed by an activation, with no normalisation between them.

    Why: ``bias: false`` is meant for layers followed by a normalisation, whose beta acts as the
    bias. Here there is none, so every filter is forced through the origin. Often the
    normalisation was forgotten.

    Instead: add the normalisation, or keep the bias.
    """

    code = "NA002"
    name = "no-bias-no-norm"
    attributes = frozenset({"bias"})
    severity = "info"
    formula = "no bias and no normalisation between W·x and the next nonlinearity"
    source = "the converse of bias-before-norm; measured on 68 networks of torchvision 0.29"
    trips = "LR-ASPP of torchvision (its image-pooling branch)"
    valid = (
        Case(
            "{cnn: 1, input: 32x32x3, layers: "
            "[{conv: {filters: 8, kernel: 3, bias: false}}, batchnorm, relu]}"
        ),
        Case(
            "{cnn: 1, input: 32x32x3, layers: [{conv: {filters: 8, kernel: 3, bias: false}}, "
            "{conv: {filters: 8, kernel: 1}}, relu]}"
        ),
        Case(
            "{cnn: 1, input: 32x32x3, layers: [{add: [{conv: {filters: 3, kernel: 3, padding: "
            "same, "
            "bias: false}}, []]}, batchnorm, relu]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3, bias: false}\n- "
            "relu\n",
            at=(4, 39),
            message="no bias, and no normalisation before the next relu",
            path="conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Walk from every layer without bias to what gives its channels an offset."""
        network = context.network
        assert network is not None
        for node in network:
            if not node.layer.is_any(LINEAR) or getattr(node.layer, "bias", True) or node.given:
                continue
            if (end := _first_nonlinear(context, node)) is not None:
                yield self.found(
                    context,
                    f"no bias, and no normalisation before the next {end.kind}",
                    node=node,
                    attribute="bias",
                    help="add a normalisation, or keep the bias",
                    values={"follows": end.id},
                )


def _first_nonlinear(context: RuleContext, node: Node) -> Node | None:
    """Return the nonlinearity that is met on some path before any offset is added."""
    network = context.network
    assert network is not None
    seen: set[str] = set()
    waiting = list(consumers(network, node))
    found: Node | None = None
    while waiting:
        here = waiting.pop(0)
        if here.id in seen:
            continue
        seen.add(here.id)
        if here.layer.is_any(NORMS) or (
            here.layer.is_any(LINEAR) and getattr(here.layer, "bias", False)
        ):
            return None
        if here.layer.is_any(ACTIVATIONS | SOFTMAX):
            found = found or here
        else:
            waiting += consumers(network, here)
    return found
