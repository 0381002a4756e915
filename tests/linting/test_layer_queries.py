"""Walks: who reads whom, looking through what, and what a layer is."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.linting import layer_queries

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
    assert layer_queries.producer(NET, NET["stem"]) is None
    assert layer_queries.producer(NET, NET["norm"]) is NET["stem"]
    assert ids(layer_queries.producers(NET, NET["join"])) == ["join/1/inner", "act"]
    assert ids(layer_queries.consumers(NET, None)) == ["stem"]
    assert ids(layer_queries.consumers(NET, NET["act"])) == ["join/1/left", "join"]
    assert layer_queries.only_consumer(NET, NET["act"]) is None, "two read it"
    assert layer_queries.only_consumer(NET, NET["stem"]) is NET["norm"]
    assert layer_queries.only_consumer(NET, NET["out"]) is None, "it is an output"


def test_looking_through_layers() -> None:
    assert ids(layer_queries.before(NET, NET["act"], layer_queries.SILENT)) == ["norm"]
    assert ids(
        layer_queries.before(NET, NET["act"], layer_queries.SILENT | layer_queries.NORMS)
    ) == ["stem"]
    assert ids(layer_queries.before(NET, NET["stem"], frozenset())) == []
    assert ids(
        layer_queries.before(NET, NET["pool"], layer_queries.JOINS | layer_queries.SILENT)
    ) == ["act", "join/1/left"]
    assert ids(layer_queries.after(NET, NET["norm"], layer_queries.SILENT)) == ["act"]
    assert ids(layer_queries.after(NET, NET["act"], layer_queries.JOINS)) == ["join/1/left", "pool"]
    assert layer_queries.through(NET, NET["norm"], layer_queries.SILENT, forward=True) == (
        NET["act"],
    )


def test_paths_and_ends() -> None:
    assert ids(layer_queries.heads(NET)) == ["out"]
    assert ids(layer_queries.main_path(NET)) == [node.id for node in NET]


def test_sizes_along_every_axis() -> None:
    assert layer_queries.kernel(NET["stem"]) == (3, 1)
    assert layer_queries.stride(NET["stem"]) == (2, 1)
    assert layer_queries.dilation(NET["stem"]) == (1, 1)
    assert (layer_queries.kernel(NET["pool"]), layer_queries.stride(NET["pool"])) == (
        (5, 5),
        (5, 5),
    )
    assert layer_queries.kernel(NET["fc"]) == ()


@pytest.mark.parametrize(
    ("test", "true"),
    [
        (layer_queries.is_activation, {"act"}),
        (layer_queries.is_norm, {"norm"}),
        (layer_queries.is_spatial, {"stem"}),
    ],
)
def test_what_layers_are(test: object, true: set[str]) -> None:
    assert callable(test)
    assert {node.id for node in NET if test(node)} == true
    assert ids(tuple(layer_queries.spatial_convolutions(NET))) == ["stem"]


def test_families_are_apart() -> None:
    families = [
        layer_queries.LINEAR,
        layer_queries.ACTIVATIONS,
        layer_queries.NORMS,
        layer_queries.POOLS,
        layer_queries.GLOBAL_POOLS,
        layer_queries.JOINS,
        layer_queries.SILENT,
        layer_queries.SOFTMAX,
    ]
    assert sum(map(len, families)) == len(frozenset().union(*families))
    assert {"kernel", "filters", "rate", "units"} <= layer_queries.all_attributes()
