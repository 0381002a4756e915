"""HD001: softmax in the network and in the loss."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import SILENT, SOFTMAX, ends, heads
from cnnanalyze.linting.loss import wanted
from cnnanalyze.linting.rule import Case, Rule, rule

SQUASHING = SOFTMAX | {Trait.PROBABILITIES}


@rule
class DoubleSoftmax(Rule):
    """The network ends in softmax, and its loss applies softmax again.

    Why: a softmax of probabilities is almost uniform: of 1,000 classes even a certain one gets
    0.27 percent. Gradients nearly vanish, and the network seems to learn nothing.

    Instead: remove the softmax, or use a loss that takes probabilities.
    """

    code = "HD001"
    name = "double-softmax"
    section = "train"
    severity = "error"
    formula = "head is softmax or sigmoid, and train.loss takes logits"
    source = "UMLAUT (Schoop et al. 2021): softmax before loss; NeuraLint rule f015"
    trips = "none: it applies only if 'train: loss:' names a known loss"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{dense: 10}, softmax], "
            "train: {samples: 100, loss: categorical_crossentropy}}"
        ),
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{dense: 10}], "
            "train: {samples: 100, loss: CrossEntropyLoss}}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- dense: 10\n- softmax\n"
            "train: {samples: 100, loss: CrossEntropyLoss}\n",
            at=(5, 3),
            message="softmax applied twice: the network ends in it, and the loss "
            "'CrossEntropyLoss' takes logits",
            path="softmax1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare every head with what the loss wants."""
        if wanted(loss := context.loss) != "logits":
            return
        network = context.network
        assert network is not None
        for end in chain.from_iterable(ends(network, head, SILENT) for head in heads(network)):
            if end.layer.is_any(SQUASHING):
                yield self.found(
                    context,
                    f"{end.kind} applied twice: the network ends in it, and the loss "
                    f"'{loss}' takes logits",
                    node=end,
                    help=f"remove the {end.kind}, or use a loss that takes probabilities",
                    values={"loss": loss, "head": end.kind},
                )
