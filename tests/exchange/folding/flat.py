"""Networks without names and blocks, as a file of another program gives them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import cnnanalyze as cnn


def nameless(network: cnn.Network) -> cnn.Network:
    """Return a network whose layers are called by their place alone."""
    ids = {node.id: type(node.id)(f"n{k}") for k, node in enumerate(network)}
    nodes = tuple(
        replace(
            node,
            id=ids[node.id],
            inputs=tuple(ids.get(i, i) for i in node.inputs),
            share=None if node.share is None else ids[node.share],
            origin=None,
        )
        for node in network
    )
    outputs = tuple(ids[o] for o in network.outputs)
    return cnn.Network("nameless", network.inputs, nodes, outputs)


def signature(network: cnn.Network) -> tuple[object, ...]:
    """Return what does not depend on names: every layer by what it is made of, counted.

    Concatenations of concatenations are taken as one, as they are when they are nested; a padding
    of 0 is none.
    """
    made: dict[str, int] = {name: hash(("input", k)) for k, name in enumerate(network.inputs)}
    parts: dict[str, tuple[int, ...]] = {}
    for node in network:
        read = tuple(made[i] for i in node.inputs)
        if node.kind == "concat":
            read = tuple(p for i in node.inputs for p in parts.get(i, (made[i],)))
            parts[node.id] = read
        share = None if node.share is None else made[node.share]
        layer = repr(node.layer).replace("padding=0", "padding='valid'")
        made[node.id] = hash((layer, read, node.frozen, node.given, share, node.output))
    return (
        Counter(made[node.id] for node in network),
        [made[o] for o in network.outputs],
        list(network.inputs.values()),
    )
