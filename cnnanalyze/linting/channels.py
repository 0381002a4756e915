"""Channels that hardware works on in groups: what the rules for its multiples share."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import (
    ACTIVATIONS,
    CONVOLUTIONS,
    TRANSPOSED,
    consumers,
    is_gate,
)
from cnnanalyze.linting.rule import Rule


class MultipleRule(Rule):
    """What the rules for hardware share that pads channels to a multiple of something."""

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at the channels of every hidden convolution."""
        network = context.network
        assert network is not None
        multiple = int(self.threshold(context, "multiple"))
        for node, side, channels in hidden_channels(network):
            if channels % multiple:
                yield self.found(
                    context,
                    misfit(side, channels, multiple),
                    node=node,
                    attribute="filters" if side == "output" else "",
                    help=f"round the filters to a multiple of {multiple}",
                    values={"channels": channels, "multiple": multiple},
                )


def hidden_channels(network: Network) -> Iterator[tuple[Node, str, int]]:
    """Yield the channels that convolutions inside a network read and write: layer, side, count.

    The network's own input, gates (squeeze and excitation) and what leads to an output without
    another activation are left out: nobody is free to choose their channels.
    """
    hidden: set[str] = set()
    for node in reversed(network.nodes):
        readers = consumers(network, node)
        if any(r.layer.is_any(ACTIVATIONS) or r.id in hidden for r in readers):
            hidden.add(node.id)
    for node in network:
        if not node.layer.is_any(CONVOLUTIONS | TRANSPOSED) or is_gate(network, node):
            continue
        if node.inputs[0] in hidden:
            yield node, "input", node.input_shapes[0].channels
        if node.id in hidden:
            yield node, "output", node.output.channels


def misfit(side: str, channels: int, multiple: int) -> str:
    """Say that channels are not a multiple of what hardware works on.

    Examples
    --------
    >>> misfit("output", 20, 8)
    '20 output channels are not a multiple of 8: they are padded to 24'
    """
    padded = -(-channels // multiple) * multiple
    return (
        f"{channels} {side} channels are not a multiple of {multiple}: they are padded to {padded}"
    )
