"""NA001: biases that a normalisation takes away again."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.core.tree import Mapping, Scalar
from cnnanalyze.graph.node import Node
from cnnanalyze.language.step import written_of
from cnnanalyze.layers.base import KINDS
from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Edit, Finding, Fix
from cnnanalyze.linting.layer_queries import LINEAR, consumers
from cnnanalyze.linting.rule import Case, Rule, rule

PER_CHANNEL = frozenset({Trait.CHANNEL_STATISTICS})
"""Normalisations that subtract the mean of each channel; others mix channels and keep a bias."""
SIGNS = frozenset("\"'|>&*,:#[]{}")
"""Signs that would mean something else inside braces."""


@rule
class BiasBeforeNorm(Rule):
    """A bias is redundant: the normalisation that follows cancels it.

    Why: batch and instance normalisation subtract the mean of every channel, and with it any
    constant that was added to the channel. The biases are stored, trained and moved for
    nothing; beta, the shift of the normalisation, does their work. Layer and group
    normalisation take the mean over several channels, which does not cancel one bias per
    channel: they are not reported.

    Instead: write ``bias: false``.
    """

    code = "NA001"
    name = "bias-before-norm"
    traits = PER_CHANNEL
    formula = "(x + b) - mean(x + b) = x - mean(x)"
    source = (
        "Ioffe and Szegedy 2015, 'Batch normalization', section 3.2: the bias can be ignored; "
        "NeuraLint rule f005"
    )
    trips = (
        "vgg16_bn, whose authors kept the biases of VGG-16, and m5, as its published code has it; "
        "both are true: the biases do nothing"
    )
    valid = (
        Case(
            "{cnn: 1, input: 32x32x3, layers: "
            "[{conv: {filters: 8, kernel: 3, bias: false}}, batchnorm]}"
        ),
        Case("{cnn: 1, input: 32x32x3, layers: [{conv: {filters: 8, kernel: 3}}, groupnorm: 2]}"),
        Case(
            "{cnn: 1, input: 32x32x3, layers: [{conv: {filters: 8, kernel: 3}, as: a}, batchnorm, "
            "{add: [^1, a]}]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n- batchnorm\n",
            at=(4, 3),
            message="redundant bias of 8 values: the batchnorm after it cancels it",
            path="conv1",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nblocks:\n  unit:\n  - conv:\n      filters: 8\n"
            "      kernel: 3\n      bias: true\n  - batchnorm\nlayers:\n- {unit: , repeat: 3}\n",
            at=(8, 13),
            message="redundant bias of 8 values: the batchnorm after it cancels it",
            path="unit1/conv1",
            instances=3,
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at every layer with a bias whose readers all normalise."""
        network = context.network
        assert network is not None
        for node in network:
            if not _is_cancelled(context, node):
                continue
            norm = consumers(network, node)[0]
            yield self.found(
                context,
                f"redundant bias of {node.output.channels} values: the {norm.kind} after it "
                f"cancels it",
                node=node,
                attribute="bias",
                help="write 'bias: false'",
                values={"biases": node.output.channels, "norm": norm.id},
                fix=_mend(context, node),
            )


def _is_cancelled(context: RuleContext, node: Node) -> bool:
    network = context.network
    assert network is not None
    if not node.layer.is_any(LINEAR) or not getattr(node.layer, "bias", False):
        return False
    readers = consumers(network, node)
    return (
        bool(readers)
        and node.id not in network.outputs
        and all(reader.layer.is_any(PER_CHANNEL) for reader in readers)
    )


def _mend(context: RuleContext, node: Node) -> Fix | None:
    """Return the edit that switches the bias off where the layer is written."""
    step = written_of(node)
    network = context.network
    assert network is not None
    if step is None or step.key.mark.source.name != context.source.name:
        return None
    if node.share or node.id in network.shared or node.given:
        return None
    if (edit := _edit(step.key, step.arguments, context)) is None:
        return None
    return Fix("switch the bias off", (edit,))


def _edit(key: Scalar, arguments: object, context: RuleContext) -> Edit | None:
    lines = context.source.lines
    cls = KINDS.get(key.text)
    if cls is None:
        return None
    if isinstance(arguments, Scalar):
        mark = arguments.mark
        written = lines[mark.line - 1][mark.column - 1 : mark.column - 1 + mark.length]
        if arguments.value is None or not written or not cls.principal or set(written) & SIGNS:
            return None
        text = f"{{{cls.principal}: {written}, bias: false}}"
        return Edit(mark.line, mark.column, mark.line, mark.column + mark.length, text)
    if not isinstance(arguments, Mapping) or not arguments.entries:
        return None
    bias = arguments.get("bias")
    if bias is not None:
        if not isinstance(bias, Scalar) or bias.value is not True:
            return None  # an expression decides
        mark = bias.mark
        return Edit(mark.line, mark.column, mark.line, mark.column + mark.length, "false")
    first, (last_key, last) = arguments.entries[0][0].mark, arguments.entries[-1]
    is_flow = lines[arguments.mark.line - 1][arguments.mark.column - 1 :][:1] == "{"
    if not is_flow:
        indent = " " * (first.column - 1)
        return Edit(first.line, first.column, first.line, first.column, f"bias: false\n{indent}")
    end = last.mark.column + last.mark.length
    tail = lines[last.mark.line - 1][end - 1 :].lstrip()
    if isinstance(last, Scalar) and last_key.mark.line == last.mark.line and tail[:1] == "}":
        return Edit(last.mark.line, end, last.mark.line, end, ", bias: false")
    return Edit(first.line, first.column, first.line, first.column, "bias: false, ")
