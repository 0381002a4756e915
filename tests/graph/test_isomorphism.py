"""Whether one network is the other, against networkx."""

from __future__ import annotations

from random import Random

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.graph.isomorphism import isomorphism
from cnnanalyze.graph.node import Node
from tests.strategies.networks import specs
from tests.strategies.wired import wired


def is_join(node: Node) -> bool:
    return node.kind in {"add", "maximum", "multiply", "average"}


def labels_of(net: cnn.Network) -> dict[str, str]:
    return {node.id: repr((node.layer, node.output)) for node in net}


def found(one: cnn.Network, other: cnn.Network) -> dict[str, str] | None:
    return isomorphism(one, other, (labels_of(one), labels_of(other)), is_join)


def graph_of(net: cnn.Network) -> nx.DiGraph[str]:
    """Return the graph with labels, and on each edge the places at which it is read."""
    graph = net.digraph()
    labels = labels_of(net)
    for k, source in enumerate(net.inputs):
        graph.nodes[source]["label"] = k
    for node in net:
        graph.nodes[node.id]["label"] = (labels[node.id], node.id in net.outputs)
        for source in node.inputs:
            at = [k for k, i in enumerate(node.inputs) if i == source]
            graph.edges[source, node.id]["places"] = len(at) if is_join(node) else at
    return graph


def are_isomorphic(one: cnn.Network, other: cnn.Network) -> bool:
    return nx.is_isomorphic(
        graph_of(one),
        graph_of(other),
        node_match=lambda a, b: a["label"] == b["label"],
        edge_match=lambda a, b: a["places"] == b["places"],
    )


def shuffled(net: cnn.Network, random: Random) -> cnn.Network:
    """Return a network with other names, its layers in another order of execution."""
    b = cnn.NetworkBuilder("shuffled")
    tensors = {name: b.input(one.shape) for name, one in net.inputs.items()}
    left = list(net)
    while left:
        node = random.choice([n for n in left if all(i in tensors for i in n.inputs)])
        left.remove(node)
        read = [tensors[i] for i in node.inputs]
        if is_join(node):
            random.shuffle(read)
        tensors[node.id] = b.layer(node.layer, *read)
    return b.build(outputs=[tensors[o] for o in net.outputs])


@given(specs().map(cnn.loads), st.randoms(use_true_random=False))
def test_a_network_in_another_order_is_the_same(net: cnn.Network, random: Random) -> None:
    other = shuffled(net, random)
    partner = found(net, other)
    assert partner is not None
    partner |= dict(zip(net.inputs, other.inputs, strict=True))
    for node in net:
        there = other[partner[node.id]]
        read = [partner[i] for i in node.inputs]
        assert there.layer == node.layer
        assert sorted(read) == sorted(there.inputs)
        assert is_join(node) or read == list(there.inputs)
    assert len(set(partner.values())) == len(partner)


@given(wired(), wired(), st.randoms(use_true_random=False))
def test_what_is_found_is_found_by_networkx(
    one: cnn.Network, other: cnn.Network, random: Random
) -> None:
    for net in (other, shuffled(one, random)):
        if found(one, net) is not None:
            assert are_isomorphic(one, net)
    if not are_isomorphic(one, other):
        assert found(one, other) is None


def test_layers_that_are_wired_otherwise_are_another_network() -> None:
    nets = []
    for is_beside in (False, True):
        b = cnn.NetworkBuilder()
        x = b.input(5, 3, 2)
        y = b.relu(x)
        nets.append(b.build(outputs=b.add(y, b.tanh(x if is_beside else y))))
    assert found(*nets) is None
    assert found(nets[0], nets[0]) == {node.id: node.id for node in nets[0]}
