"""NA012: activations before softmax."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import (
    ACTIVATIONS,
    SILENT,
    SOFTMAX,
    before,
    ends,
    heads,
    is_activation,
)
from cnnanalyze.linting.loss import wanted
from cnnanalyze.linting.rule import Case, Rule, rule

PASSING = SILENT | {Trait.RESHAPING}


@rule
class ActivatedLogits(Rule):
    """An activation comes between the last layer with weights and the softmax or the loss.

    Why: softmax accepts any scores. If they are rectified or squashed first, all classes with a
    negative score look alike, and squashed scores can never become certain.

    Instead: pass the raw scores to softmax.
    """

    code = "NA012"
    name = "activated-logits"
    traits = SOFTMAX | ACTIVATIONS
    formula = "softmax(f(W·x)), f an activation"
    source = "UMLAUT (Schoop et al. 2021): last layer has nonlinear activation"
    trips = (
        "none of the 68 networks of torchvision 0.29; SqueezeNet has a ReLU before its last pool, "
        "which averages first and is no finding"
    )
    valid = (
        Case("{cnn: 1, input: 7x7x3, layers: [relu, {dense: 10}, softmax]}"),
        Case(
            "{cnn: 1, input: 7x7x3, layers: [{conv: {filters: 10, kernel: 1}}, relu, gap, softmax]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 7x7x3\nlayers:\n- dense: 10\n- relu\n- softmax\n",
            at=(5, 3),
            message="activated logits: this relu squashes the scores before the softmax",
            path="relu1",
        ),
        Case(
            "cnn: 1\ninput: 7x7x3\nlayers:\n- dense: 10\n- tanh\n"
            "train: {samples: 100, loss: CrossEntropyLoss}\n",
            at=(5, 3),
            message="activated logits: this tanh squashes the scores before the loss "
            "'CrossEntropyLoss'",
            path="tanh1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at what the softmax or the loss of every output reads."""
        network = context.network
        assert network is not None
        loss = context.loss
        for head in heads(network):
            if head.layer.is_any(SOFTMAX):
                found, reader = before(network, head, PASSING), f"the {head.kind}"
            elif wanted(loss) == "logits" and Trait.PROBABILITIES not in head.layer.traits:
                found, reader = ends(network, head, PASSING), f"the loss '{loss}'"
            else:
                continue
            for end in found:
                if is_activation(end):
                    yield self.found(
                        context,
                        f"activated logits: this {end.kind} squashes the scores before {reader}",
                        node=end,
                        help="remove it: softmax accepts any scores",
                        values={"reader": reader},
                    )
