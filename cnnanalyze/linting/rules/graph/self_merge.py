"""GR007: self merge."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.graph.network import Network
from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import JOINS
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class SelfMerge(Rule):
    """A join reads the same tensor twice.

    Why: x + x is 2x, x concatenated with x holds nothing new, and the maximum of x and x is x.
    Usually one of two names is wrong.

    Instead: read the other branch, or remove the join.
    """

    code = "GR007"
    name = "self-merge"
    traits = JOINS
    severity = "warning"
    profiles = frozenset({"default"})
    needs = "network"
    formula = "two inputs of add, concat, maximum or average are one tensor"
    source = "measured: none of 68 networks of torchvision 0.29"
    trips = "none of the networks in specs/"
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- {relu: , as: a}\n"
            "- {tanh: , as: b}\n"
            "- {add: , from: [a, b]}\n"
        ),
        Case("cnn: 1\ninput: 32x32x3\nlayers:\n- {relu: , as: a}\n- {multiply: , from: [a, a]}\n"),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- {relu: , as: a}\n"
            "- {tanh: , as: b}\n"
            "- {add: , from: [b, b]}\n",
            at=(6, 4),
            message="add1 reads b twice",
            path="add1",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- concat: [identity, []]\n",
            at=(4, 3),
            message="concat1 reads input twice",
            path="concat1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare the inputs of every join; one layer may hold what another passes on."""
        assert context.network is not None
        for node in context.network:
            if not node.layer.is_any(JOINS) or Trait.PRODUCT in node.layer.traits:
                continue
            sources = [_origin(context.network, i) for i in node.inputs]
            twice = next((s for s in sources if sources.count(s) > 1), None)
            if twice is not None:
                yield self.found(
                    context,
                    f"{node.id} reads {twice} {_TIMES.get(sources.count(twice), 'several times')}",
                    node=node,
                    help="read the other branch, or remove the join",
                    values={"input": twice, "times": sources.count(twice)},
                )


_TIMES = {2: "twice", 3: "three times"}


def _origin(network: Network, source: str) -> str:
    """Return the layer whose very output a layer passes on."""
    while source in network and Trait.IDENTITY in network[source].layer.traits:
        source = network[source].inputs[0]
    return source
