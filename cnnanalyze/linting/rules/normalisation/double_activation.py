"""NA003: activations of activations."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.graph.node import Node
from cnnanalyze.language.step import written_of
from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.edit import without_step
from cnnanalyze.linting.finding import Finding, Fix
from cnnanalyze.linting.layer_queries import ACTIVATIONS, RECTIFIERS, SILENT, SOFTMAX, before
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class DoubleActivation(Rule):
    """An activation is applied to the output of another activation.

    Why: two nonlinearities with no weights between them add little to one. A second ReLU has no
    effect, a sigmoid after a ReLU uses only its upper half, and a function of softmax
    probabilities makes them almost equal. Usually a line was left over, or the layer between
    them is missing.

    Instead: remove one of them, or add the missing layer between them.
    """

    code = "NA003"
    name = "double-activation"
    formula = "f(g(x)), f and g activations, g or both also softmax"
    source = "NeuraLint rule f003 (Nikanjam et al., arXiv 2105.08095)"
    trips = "none of the 68 networks of torchvision 0.29"
    valid = (
        Case("{cnn: 1, input: 7x7x3, layers: [relu, {conv: {filters: 8, kernel: 3}}, relu]}"),
        Case("{cnn: 1, input: 7x7x3, layers: [{add: [relu, tanh]}, relu]}"),
        Case("{cnn: 1, input: 7x7x3, layers: [relu, {power: 2}]}"),  # the squared ReLU of Primer
        Case("{cnn: 1, input: 7x7x3, layers: [{power: 2}, {reduce: positions}, sqrt, abs]}"),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 7x7x3\nlayers:\n- conv: {filters: 5, kernel: 3}\n- relu\n- tanh\n",
            at=(6, 3),
            message="activation applied twice: tanh after relu1 (relu)",
            path="tanh1",
        ),
        Case(
            "cnn: 1\ninput: 7x7x3\nlayers:\n- relu\n- dropout: 0.2\n- relu\n",
            at=(6, 3),
            message="activation applied twice: relu after relu1 (relu)",
            path="relu2",
        ),
        Case(
            "cnn: 1\ninput: 7x7x3\nlayers:\n- dense: 5\n- softmax\n- softmax\n",
            at=(6, 3),
            message="activation applied twice: softmax after softmax1 (softmax)",
            path="softmax2",
        ),
        Case(
            "cnn: 1\ninput: 7x7x3\nlayers:\n- dense: 5\n- softmax\n- sigmoid\n",
            at=(6, 3),
            message="activation applied twice: sigmoid after softmax1 (softmax)",
            path="sigmoid1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at what every activation reads."""
        network = context.network
        assert network is not None
        for node in network:
            if not node.layer.is_any(_APPLIED) or node.layer.is_any(_STEPS):
                continue
            # Softmax reads an activation on purpose; activated logits are a rule of their own.
            firsts = SOFTMAX if node.layer.is_any(SOFTMAX) else _APPLIED
            sources = before(network, node, SILENT)
            if len(sources) != 1 or sources[0].layer.is_any(_STEPS):
                continue
            if (first := sources[0]).layer.is_any(firsts):
                yield self.found(
                    context,
                    f"activation applied twice: {node.kind} after {first.id} ({first.kind})",
                    node=node,
                    help="remove one of them, or add the missing layer between them",
                    values={"first": first.id, "second": node.id},
                    fix=_mend(context, first, node),
                )


_APPLIED = ACTIVATIONS | SOFTMAX
_STEPS = frozenset({Trait.ARITHMETIC})
"""Steps of a computation, which follow each other: of ``exp`` and ``log`` none is left over."""


def _mend(context: RuleContext, first: Node, second: Node) -> Fix | None:
    """Take the second one out if it changes nothing: what is rectified stays as it is."""
    written = written_of(second)
    assert context.network is not None
    if first.kind != second.kind or not second.layer.is_any(RECTIFIERS) or written is None:
        return None
    if second.id in context.network.outputs:
        return None
    return without_step(context, written, f"remove the second {second.kind}")
