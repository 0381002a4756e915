"""Questions about a graph, against networkx and against what the words mean."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.graph import queries
from cnnanalyze.graph.node import NodeId
from tests.strategies.networks import specs
from tests.strategies.wired import wired

NETWORKS = wired() | specs().map(cnn.loads)


def inner(net: cnn.Network) -> nx.DiGraph[str]:
    """Return the graph of the layers alone."""
    graph = net.digraph()
    graph.remove_nodes_from(list(net.inputs))
    return graph


def closed(net: cnn.Network) -> nx.DiGraph[str]:
    """Return the graph with one vertex before all inputs and one behind all outputs."""
    graph = net.digraph()
    graph.add_edges_from(("<", source) for source in net.inputs)
    graph.add_edges_from((output, ">") for output in net.outputs)
    return graph


@given(NETWORKS, st.data())
def test_ancestors_and_descendants_are_those_of_networkx(
    net: cnn.Network, data: st.DataObject
) -> None:
    some = st.lists(st.sampled_from([n.id for n in net]), max_size=3)
    ends = data.draw(some)
    graph, order = inner(net), [n.id for n in net]
    above = set(ends).union(*(nx.ancestors(graph, end) for end in ends))
    below = set(ends).union(*(nx.descendants(graph, end) for end in ends))
    assert queries.ancestors(net.producers, ends) == tuple(i for i in order if i in above)
    assert queries.descendants(net.producers, ends) == tuple(i for i in order if i in below)


@given(NETWORKS)
def test_an_input_has_descendants_and_no_ancestors(net: cnn.Network) -> None:
    for source in net.inputs:
        below = nx.descendants(net.digraph(), source)
        assert set(queries.descendants(net.producers, [source])) == below
        assert queries.ancestors(net.producers, [source]) == ()


@given(NETWORKS)
def test_vertices_of_one_depth_are_a_topological_generation(net: cnn.Network) -> None:
    depths = queries.depths(net.producers)
    for depth, generation in enumerate(nx.topological_generations(inner(net))):
        assert {i for i, d in depths.items() if d == depth} == set(generation)


@given(NETWORKS)
def test_the_longest_path_is_one_and_as_long_as_that_of_networkx(net: cnn.Network) -> None:
    graph = inner(net)
    path = queries.longest_path(net.producers)
    assert nx.is_path(graph, path)
    assert len(path) == nx.dag_longest_path_length(graph) + 1
    for end in net.outputs:
        path = queries.longest_path(net.producers, end)
        above = graph.subgraph({end, *nx.ancestors(graph, end)})
        assert path[-1] == end
        assert nx.is_path(graph, path)
        assert len(path) == nx.dag_longest_path_length(above) + 1


def test_of_several_longest_paths_it_is_the_one_that_is_read_first() -> None:
    reads = {"a": ["in"], "b": ["in"], "c": ["b", "a"], "d": ["c"], "e": ["c"]}
    assert queries.longest_path(reads) == ("b", "c", "d")


def test_nothing_has_no_longest_path() -> None:
    none: dict[str, list[str]] = {}
    assert queries.longest_path(none) == ()
    assert queries.longest_path({"a": ["in"]}, "in") == ()


@given(NETWORKS)
def test_without_a_cut_node_no_input_reaches_an_output(net: cnn.Network) -> None:
    found = set(queries.cut_nodes(net))
    for node in net:
        graph = closed(net)
        graph.remove_node(node.id)
        assert (node.id in found) is not nx.has_path(graph, "<", ">")


@given(NETWORKS)
def test_cut_nodes_are_the_nodes_that_dominate_the_end(net: cnn.Network) -> None:
    up = nx.immediate_dominators(closed(net), "<")
    chain: list[str] = []
    here = up[">"]
    while here != "<" and here not in net.inputs:
        chain.append(here)
        here = up[here]
    assert list(queries.cut_nodes(net)) == chain[::-1]


def test_a_dead_branch_hides_no_cut_node() -> None:
    b = cnn.NetworkBuilder()
    x = b.input(5, 3, 2)
    b.tanh(b.relu(x, name="dead"))
    y = b.elu(x, name="alive")
    b.tanh(y, name="beside")
    net = b.build(outputs=b.softmax(y, name="end"))
    assert queries.cut_nodes(net) == ("alive", "end")


@given(NETWORKS)
def test_what_only_leads_to_a_node_reaches_no_other_end_without_it(net: cnn.Network) -> None:
    graph = inner(net)
    ends = [i for i in graph if i in net.outputs or not net.consumers[NodeId(i)]]
    for end in (n.id for n in net):
        found = queries.leading_only_to(net, end)
        for node in net:
            if node.id == end:
                assert end in found
                continue
            without = nx.restricted_view(graph, [end], [])
            reached = {node.id, *nx.descendants(without, node.id)}
            assert (node.id in found) is reached.isdisjoint(ends)


@given(NETWORKS)
def test_producers_and_consumers_are_one_relation(net: cnn.Network) -> None:
    read = {(source, i) for i, sources in net.producers.items() for source in sources}
    assert read == {(source, i) for source, found in net.consumers.items() for i in found}
    assert list(net.producers) == [n.id for n in net]
