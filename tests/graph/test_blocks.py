"""How parts of a network hang together, against networkx."""

from __future__ import annotations

from itertools import pairwise, product

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.graph.blocks import wire
from cnnanalyze.graph.node import Node
from tests.strategies.networks import specs
from tests.strategies.wired import wired

NETWORKS = wired() | specs().map(cnn.loads)


@st.composite
def parts(draw: st.DrawFn) -> tuple[cnn.Network, list[tuple[Node, ...]]]:
    """Return a network, and some of its layers in groups."""
    net = draw(NETWORKS)
    ends = sorted(draw(st.lists(st.integers(0, len(net)), min_size=2, max_size=5)))
    return net, [net.nodes[a:b] for a, b in pairwise(ends)]


def graph_of(nodes: tuple[Node, ...]) -> nx.DiGraph[str]:
    """Return the graph of some layers and of what they read, with where each of them stands."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for place, node in enumerate(nodes):
        graph.add_edges_from((source, node.id) for source in node.inputs)
        graph.nodes[node.id]["place"] = place
    return graph


@given(parts())
def test_edges_are_those_of_the_quotient_graph(
    case: tuple[cnn.Network, list[tuple[Node, ...]]],
) -> None:
    net, groups = case
    home: dict[str, int] = {node.id: k for k, group in enumerate(groups) for node in group}
    blocks: list[set[str]] = [{node.id for node in group} for group in groups]
    rest = {vertex for vertex in net.digraph() if vertex not in home}
    quotient = nx.quotient_graph(net.digraph(), [b for b in (*blocks, rest) if b])
    number = {block: home.get(min(block), -1) for block in quotient}
    edges = {(number[a], number[b]) for a, b in quotient.edges}
    found = wire(groups, net)
    assert {(a, b) for a, _, b in found.edges} == {(a, b) for a, b in edges if a >= 0 <= b}
    assert {b for _, b in found.entries} == {b for a, b in edges if a < 0}
    read = {a for source, a in found.exits if source not in net.outputs}
    ends = {home[output] for output in net.outputs if output in home}
    assert read <= {a for a, b in edges if b < 0} <= read | ends
    assert {a for _, a in found.exits} == {a for a, b in edges if b < 0} | ends


@given(wired(), st.integers(1, 4))
def test_parts_are_wired_alike_if_each_place_reads_the_same_places(
    net: cnn.Network, length: int
) -> None:
    windows = [net.nodes[k : k + length] for k in range(len(net) - length + 1)]
    for one, other in product(windows, windows):
        alike = wire([[n] for n in one], net).form == wire([[n] for n in other], net).form
        # What stands inside is mapped by its place; only sources may be mapped as they come.
        same = nx.is_isomorphic(graph_of(one), graph_of(other), node_match=lambda a, b: a == b)
        assert not alike or same


def test_another_wiring_is_another_form() -> None:
    texts = (
        "[relu, {as: b, tanh: }, {add: , from: [relu1, b]}]",
        "[relu, {as: b, tanh: , from: input}, {add: , from: [relu1, b]}]",
    )
    forms = []
    for layers in texts:
        net = cnn.loads("{cnn: 1, input: 5x3x2, layers: " + layers + "}")
        forms.append(wire([[node] for node in net], net).form)
    assert forms[0] != forms[1]
    assert forms[0] == (((0, 1), (0, 2), (1, 2)), ((0, 0),))


def test_a_chain_reads_nothing_but_what_comes_before() -> None:
    net = cnn.loads("{cnn: 1, input: 5x3x2, layers: [relu, {add: [tanh, []]}, softmax]}")
    assert wire([[net["relu1"]], net.nodes[1:3], [net["softmax1"]]], net).is_chain
    assert not wire([[node] for node in net], net).is_chain
    assert not wire([[net["add1/1/tanh1"]], [net["add1"]]], net).is_chain, "read from outside"
