"""HD002: a loss that wants probabilities and does not get them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from cnnanalyze.layers.base import KINDS
from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import SILENT, ends, heads
from cnnanalyze.linting.loss import wanted
from cnnanalyze.linting.rule import Case, Rule, rule

MAKERS = {
    "probabilities": Trait.PROBABILITIES,
    "log-probabilities": Trait.LOG_PROBABILITIES,
}
"""What makes what a loss wants."""


@rule
class MissingProbability(Rule):
    """The loss takes probabilities, but the network does not end in them.

    Why: the logarithm of a score that is not a probability is wrong or undefined: the loss
    becomes NaN, or falls without bound.

    Instead: end the network in softmax (sigmoid for two classes), or use the loss that takes
    logits.
    """

    code = "HD002"
    name = "missing-probability"
    section = "train"
    severity = "error"
    formula = "train.loss takes probabilities, and the head makes none"
    source = "NeuraLint rules f008, f012 and f017"
    trips = "none: it applies only if 'train: loss:' names a known loss"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{dense: 10}, log_softmax], "
            "train: {samples: 100, loss: NLLLoss}}"
        ),
        Case("{cnn: 1, input: 9x9x3, layers: [{dense: 10}], train: {samples: 100, loss: mse}}"),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- dense: 10\n"
            "train: {samples: 100, loss: categorical_crossentropy}\n",
            at=(4, 3),
            message="the loss 'categorical_crossentropy' takes probabilities, but the network "
            "ends in "
            "dense",
            path="dense1",
        ),
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- dense: 10\n- softmax\n"
            "train: {samples: 100, loss: torch.nn.NLLLoss}\n",
            at=(5, 3),
            message="the loss 'torch.nn.NLLLoss' takes log-probabilities, but the network ends in "
            "softmax",
            path="softmax1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare every head with what the loss wants."""
        loss = context.loss
        wants = wanted(loss)
        if wants not in MAKERS:
            return
        network, shaping = context.network, SILENT | {Trait.RESHAPING}
        assert network is not None
        for end in chain.from_iterable(ends(network, head, shaping) for head in heads(network)):
            if MAKERS[wants] not in end.layer.traits:
                yield self.found(
                    context,
                    f"the loss '{loss}' takes {wants}, but the network ends in {end.kind}",
                    node=end,
                    help=f"end in {_maker(MAKERS[wants])}, or use a loss that takes logits",
                    values={"loss": loss, "head": end.kind},
                )


def _maker(trait: Trait) -> str:
    """Return the kind that makes such numbers of all classes at once."""
    return next(
        cls.kind for cls in KINDS if {trait, Trait.SOFTMAX} <= cls.traits and "." not in cls.kind
    )
