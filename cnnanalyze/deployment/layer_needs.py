"""What each layer of a network needs where it runs, worked out when somebody asks."""

from __future__ import annotations

from functools import cached_property

from cnnanalyze.errors import UsageError
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import NodeId

PAIRS_EACH = 16
LEAST_PAIRS = 5_000
"""Pairs of tensors that live together for each layer, and for every network, up to which an arena
is laid out for a table of layers: tables take time in proportion to their layers."""


class LayerNeeds:
    """Flash and arena by layer, as int8 on the target that is meant where none is named.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 11x7x3, layers: [{conv: {filters: 5, kernel: 3}}, bn]}")
    >>> needs = LayerNeeds(net)
    >>> [(needs.flash(node.id), needs.arena(node.id)) for node in net]
    [(155, 480), (0, 480)]
    """

    def __init__(self, network: Network) -> None:
        self._network = network

    @cached_property
    def _flash(self) -> dict[NodeId, int]:
        """Bytes of weights and biases, by the layer that they were written for."""
        # Hardly anybody who reads or counts a network asks for it.
        from cnnanalyze.deployment.flash import held_by  # noqa: PLC0415
        from cnnanalyze.deployment.folding import fold  # noqa: PLC0415
        from cnnanalyze.deployment.number_format import number_format  # noqa: PLC0415
        from cnnanalyze.deployment.target import REFERENCE, find_target  # noqa: PLC0415

        found: dict[NodeId, int] = {}
        folded = fold(self._network)
        numbers, target = number_format("int8"), find_target(REFERENCE)
        for node in folded.network:
            if node.share is None:
                source = folded.sources.get(node.id)
                owner = node.id if source is None else source.layer
                held = held_by(node, numbers, target).flash
                found[owner] = found.get(owner, 0) + held
        return found

    @cached_property
    def _arena(self) -> dict[NodeId, int] | None:
        """How far tensors reach, by layer; nothing if nobody can lay so many out."""
        from cnnanalyze.deployment.deploy import deploy_network  # noqa: PLC0415 - as above

        most = max(LEAST_PAIRS, PAIRS_EACH * len(self._network))
        try:
            deployment = deploy_network(self._network, dtype="int8", most_pairs=most)
        except UsageError:
            return None
        found = {n.id: row.in_use for row in deployment.rows for n in row.operation.nodes}
        gone = deployment.folded.stands_for.items()
        return found | {layer: found[at] for layer, at in gone if at in found}

    def flash(self, layer: NodeId) -> int:
        """Return the bytes of weights and biases; none of what is folded into another layer."""
        return self._flash.get(layer, 0)

    def arena(self, layer: NodeId) -> int | None:
        """Return how far tensors reach in the arena while the layer runs; 0 if it never does."""
        return None if self._arena is None else self._arena.get(layer, 0)
