"""SH008: size not multiple."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.core.shape import axis_name
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import NodeId
from cnnanalyze.graph.queries import ancestors
from cnnanalyze.language.inputs import written_inputs
from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class SizeNotMultiple(Rule):
    """The input size is not a multiple of the network's total stride.

    Why: somewhere a map of odd size is halved: cells at the border stand for fewer pixels, and
    a decoder that doubles them ends at another size.

    Instead: use an input size that is divisible by 2 as often as the network halves it.
    """

    code = "SH008"
    name = "size-not-multiple"
    severity = "info"
    profiles = frozenset({"default"})
    needs = "network"
    traits = layer_queries.CONVOLUTIONS | layer_queries.POOLS
    formula = (
        "n mod (largest product of strides on a way to the output) > 0, with "
        "two strided layers at least"
    )
    source = "CS231n, 'Layer sizing patterns': the input should be divisible by 2 many times"
    trips = (
        "EfficientNet-B1 and B3 to B7 and all networks for 299 or 331 pixels, "
        "AlexNet at 227, FCN at 500, U-Net at 572"
    )
    valid = (
        Case("cnn: 1\ninput: 32x32x3\nlayers:\n- maxpool: 2\n- maxpool: 2\n"),
        Case("cnn: 1\ninput: 36x36x3\nlayers:\n- maxpool: 4\n- resize: 2\n- gap\n"),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 30x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3, stride: 2, padding: 1}\n"
            "- maxpool: 2\n",
            at=(2, 8),
            message="height 30 is not a multiple of the total stride 4: 30 mod 4 = 2",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare every axis of each input with the largest stride on the way."""
        network = context.network
        assert network is not None
        for image in network.inputs:
            yield from self._check(context, network, image)

    def _check(self, context: RuleContext, network: Network, image: NodeId) -> Iterator[Finding]:
        document, shape = context.document, network.shape_of(image)
        written = None if document is None else written_inputs(document).get(image)
        of = f" of {image}" if len(network.inputs) > 1 else ""
        for axis, (n, total) in enumerate(zip(shape.size, _total(network, image), strict=True)):
            if total <= n and n % total:
                name = axis_name(axis, shape.rank)
                below = n - n % total
                yield self.found(
                    context,
                    f"{name} {n}{of} is not a multiple of the total stride {total}: {n} mod "
                    f"{total} = {n % total}",
                    mark=None if written is None else written.mark,
                    help=f"use {below} or {below + total}",
                    values={name: n, "total stride": total},
                )
                return


def _total(network: Network, image: NodeId) -> tuple[int, ...]:
    """Return the largest product of strides on a way from an input to the first output.

    It is one if the way has not several strides.
    """
    rank = network.shape_of(image).rank
    ways = {image: ((1,) * rank, 0)}
    for id_ in ancestors(network.producers, network.outputs[:1]):
        node = network[id_]
        places = [k for k, source in enumerate(node.inputs) if source in ways]
        known, behind = [ways[node.inputs[k]] for k in places], node.output
        if not known or behind.rank != rank or behind.positions == 1:
            continue  # no positions any more
        before = node.input_shapes[places[0]]
        total, steps = max(known)
        if node.layer.is_any(SizeNotMultiple.traits):
            total = tuple(t * s for t, s in zip(total, layer_queries.stride(node), strict=True))
            steps += max(layer_queries.stride(node)) > 1
        elif behind.size > before.size:
            grown = zip(total, before.size, behind.size, strict=True)
            total = tuple(max(1, t * old // new) for t, old, new in grown)
        ways[node.id] = (total, steps)
    largest = max(ways.values())
    return largest[0] if largest[1] > 1 else (1,) * rank
