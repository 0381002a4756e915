"""Walks: who reads whom, looking through what, and what a layer is."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.linting import graph_queries

NET = cnn.loads(
    """
cnn: 1
input: 31x37x3
layers:
- {conv: {filters: 7, kernel: [3, 1], stride: [2, 1], padding: same, dilation: 1}, as: stem}
- {batchnorm: , as: norm}
- {dropout: 0.1, as: drop}
- {relu: , as: act}
- {add: [[{conv: {filters: 7, kernel: 1}, as: left}, {dropout: 0.2, as: inner}], []], as: join}
- {maxpool: 5, as: pool}
- {gap: , as: gap}
- {dense: 11, as: fc}
- {softmax: , as: out}
"""
)


def ids(nodes: tuple[object, ...]) -> list[str]:
    return [node.id for node in nodes]  # type: ignore[attr-defined]  # nodes of the network


def test_neighbours() -> None:
    assert graph_queries.producer(NET, NET["stem"]) is None
    assert graph_queries.producer(NET, NET["norm"]) is NET["stem"]
    assert ids(graph_queries.producers(NET, NET["join"])) == ["join/1/inner", "act"]
    assert ids(graph_queries.consumers(NET, None)) == ["stem"]
    assert ids(graph_queries.consumers(NET, NET["act"])) == ["join/1/left", "join"]
    assert graph_queries.only_consumer(NET, NET["act"]) is None, "two read it"
    assert graph_queries.only_consumer(NET, NET["stem"]) is NET["norm"]
    assert graph_queries.only_consumer(NET, NET["out"]) is None, "it is an output"


def test_looking_through_layers() -> None:
    assert ids(graph_queries.before(NET, NET["act"], graph_queries.SILENT)) == ["norm"]
    assert ids(
        graph_queries.before(NET, NET["act"], graph_queries.SILENT | graph_queries.NORMS)
    ) == ["stem"]
    assert ids(graph_queries.before(NET, NET["stem"], frozenset())) == []
    assert ids(
        graph_queries.before(NET, NET["pool"], graph_queries.JOINS | graph_queries.SILENT)
    ) == ["act", "join/1/left"]
    assert ids(graph_queries.after(NET, NET["norm"], graph_queries.SILENT)) == ["act"]
    assert ids(graph_queries.after(NET, NET["act"], graph_queries.JOINS)) == ["join/1/left", "pool"]
    assert graph_queries.through(NET, NET["norm"], graph_queries.SILENT, forward=True) == (
        NET["act"],
    )


def test_paths_and_ends() -> None:
    assert ids(graph_queries.heads(NET)) == ["out"]
    assert graph_queries.input_size(NET) == (31, 37)
    assert ids(graph_queries.main_path(NET)) == [node.id for node in NET]


def test_sizes_along_every_axis() -> None:
    assert graph_queries.kernel(NET["stem"]) == (3, 1)
    assert graph_queries.stride(NET["stem"]) == (2, 1)
    assert graph_queries.dilation(NET["stem"]) == (1, 1)
    assert (graph_queries.kernel(NET["pool"]), graph_queries.stride(NET["pool"])) == (
        (5, 5),
        (5, 5),
    )
    assert graph_queries.kernel(NET["fc"]) == ()


@pytest.mark.parametrize(
    ("test", "true"),
    [
        (graph_queries.is_activation, {"act"}),
        (graph_queries.is_norm, {"norm"}),
        (graph_queries.is_spatial, {"stem"}),
    ],
)
def test_what_layers_are(test: object, true: set[str]) -> None:
    assert callable(test)
    assert {node.id for node in NET if test(node)} == true
    assert ids(tuple(graph_queries.spatial_convolutions(NET))) == ["stem"]


def test_families_are_apart() -> None:
    families = [
        graph_queries.LINEAR,
        graph_queries.ACTIVATIONS,
        graph_queries.NORMS,
        graph_queries.POOLS,
        graph_queries.GLOBAL_POOLS,
        graph_queries.JOINS,
        graph_queries.SILENT,
        graph_queries.SOFTMAX,
    ]
    assert sum(map(len, families)) == len(frozenset().union(*families))
    assert {"kernel", "filters", "rate", "units"} <= graph_queries.all_attributes()
