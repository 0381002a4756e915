"""What can be asked of a network."""

from __future__ import annotations

import networkx as nx
import pytest

import cnnanalyze as cnn
from cnnanalyze.core.shape import Shape

NET = cnn.loads(
    "cnn: 1\nname: Small\ninput: 31x37x3\n"
    "blocks: {cell: [{conv: {filters: 3, kernel: 3, padding: same}}, relu]}\n"
    "layers: [{cell: , as: a}, {add: [[tanh], [], []]}, {concat: , from: [a, input]}]\n"
)


def test_nodes_in_the_order_of_execution() -> None:
    assert [n.id for n in NET] == ["a/conv1", "a/relu1", "add1/1/tanh1", "add1", "concat1"]
    assert len(NET) == 5
    assert NET["add1"].inputs == ("add1/1/tanh1", "a/relu1", "a/relu1")
    assert "add1" in NET
    assert "add2" not in NET


def test_consumers_are_named_once() -> None:
    assert NET.consumers == {
        "input": ("a/conv1", "concat1"),
        "a/conv1": ("a/relu1",),
        "a/relu1": ("add1/1/tanh1", "add1", "concat1"),
        "add1/1/tanh1": ("add1",),
        "add1": (),
        "concat1": (),
    }


def test_shapes_of_the_input_and_of_layers() -> None:
    assert NET.shape_of("input") == Shape((31, 37), 3)
    assert NET.shape_of("concat1") == Shape((31, 37), 6)


def test_groups() -> None:
    assert [n.id for n in NET.group("a")] == ["a/conv1", "a/relu1"]
    assert [n.id for n in NET.group("add1")] == ["add1"]
    assert [n.id for n in NET.group("add1/1")] == ["add1/1/tanh1"]
    assert NET.group("ad") == ()


def test_an_unknown_layer_is_refused_with_a_hint() -> None:
    with pytest.raises(cnn.UsageError) as caught:
        NET["concat"]
    assert caught.value.message == "Small has no layer 'concat'; did you mean 'concat1'?"


def test_the_graph_for_questions_about_paths() -> None:
    graph = NET.digraph()
    assert nx.is_directed_acyclic_graph(graph)
    assert next(iter(nx.topological_sort(graph))) == "input"
    assert graph.nodes["concat1"]["shape"] == Shape((31, 37), 6)
    assert set(graph.predecessors("concat1")) == {"a/relu1", "input"}
    for node in NET:
        assert set(graph.successors(node.id)) == set(NET.consumers[node.id])
