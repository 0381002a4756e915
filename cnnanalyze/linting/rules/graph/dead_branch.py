"""GR003: dead branch."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.graph.queries import leading_only_to
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class DeadBranch(Rule):
    """A layer is not used: nothing reads it, and it is not an output.

    Why: it is computed, and its parameters are stored, for nothing.

    Instead: join it, add it to 'outputs', or remove it.
    """

    code = "GR003"
    name = "dead-branch"
    severity = "warning"
    profiles = frozenset({"default"})
    needs = "network"
    formula = "no consumer, not in outputs"
    source = "measured: none of 68 networks of torchvision 0.29"
    trips = "none of the networks in specs/"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- {relu: , as: a}\n- tanh\n- {add: , from: [^1, a]}\n"
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "outputs: [a, sigmoid1]\n"
            "layers:\n"
            "- {relu: , as: a}\n"
            "- tanh\n"
            "- sigmoid\n"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- {conv: {filters: 8, kernel: 3}, as: side}\n"
            "- {conv: {filters: 8, kernel: 3}, from: input}\n",
            at=(4, 4),
            message=(
                "dead branch: nothing reads side, and it is not an output: it is unused, with "
                "224 parameters"
            ),
            path="side",
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- {relu: , as: a}\n"
            "- conv: {filters: 8, kernel: 3}\n"
            "- dropout: 0.5\n"
            "- {tanh: , from: a}\n",
            at=(6, 3),
            message=(
                "dead branch: nothing reads dropout1, and it is not an output: it and 1 layer "
                "before it are unused, with 224 parameters"
            ),
            path="dropout1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at the ends of the network, and at what leads to nothing else."""
        assert context.network is not None
        network = context.network
        for node in network:
            if network.consumers[node.id] or node.id in network.outputs:
                continue
            wasted = [network[id_] for id_ in leading_only_to(network, node.id)]
            others = len(wasted) - 1
            behind = f" and {others} layer{'s' * (others > 1)} before it are" if others else " is"
            parameters = sum(p.size for n in wasted for p in n.layer.params(*n.input_shapes))
            yield self.found(
                context,
                f"dead branch: nothing reads {node.id}, and it is not an output: it{behind} unused"
                + (f", with {parameters:,} parameters" if parameters else ""),
                node=node,
                help="join it, add it to 'outputs', or remove it",
                values={"layers": len(wasted), "parameters": parameters},
            )
