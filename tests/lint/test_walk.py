"""Walks: who reads whom, looking through what, and what a layer is."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.lint import walk

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
    assert walk.producer(NET, NET["stem"]) is None
    assert walk.producer(NET, NET["norm"]) is NET["stem"]
    assert ids(walk.producers(NET, NET["join"])) == ["join/1/inner", "act"]
    assert ids(walk.consumers(NET, None)) == ["stem"]
    assert ids(walk.consumers(NET, NET["act"])) == ["join/1/left", "join"]
    assert walk.only_consumer(NET, NET["act"]) is None, "two read it"
    assert walk.only_consumer(NET, NET["stem"]) is NET["norm"]
    assert walk.only_consumer(NET, NET["out"]) is None, "it is an output"


def test_looking_through_layers() -> None:
    assert ids(walk.before(NET, NET["act"], walk.SILENT)) == ["norm"]
    assert ids(walk.before(NET, NET["act"], walk.SILENT | walk.NORMS)) == ["stem"]
    assert ids(walk.before(NET, NET["stem"], ())) == []
    assert ids(walk.before(NET, NET["pool"], walk.JOINS | walk.SILENT)) == ["act", "join/1/left"]
    assert ids(walk.after(NET, NET["norm"], walk.SILENT)) == ["act"]
    assert ids(walk.after(NET, NET["act"], walk.JOINS)) == ["join/1/left", "pool"]
    assert walk.through(NET, NET["norm"], walk.SILENT, forward=True) == (NET["act"],)


def test_paths_and_ends() -> None:
    assert ids(walk.heads(NET)) == ["out"]
    assert walk.input_size(NET) == (31, 37)
    assert ids(walk.main_path(NET)) == [node.id for node in NET]


def test_sizes_along_every_axis() -> None:
    assert walk.kernel(NET["stem"]) == (3, 1)
    assert walk.stride(NET["stem"]) == (2, 1)
    assert walk.dilation(NET["stem"]) == (1, 1)
    assert (walk.kernel(NET["pool"]), walk.stride(NET["pool"])) == ((5, 5), (5, 5))
    assert walk.kernel(NET["fc"]) == ()


@pytest.mark.parametrize(
    ("test", "true"),
    [
        (walk.is_activation, {"act"}),
        (walk.is_norm, {"norm"}),
        (walk.is_spatial, {"stem"}),
    ],
)
def test_what_layers_are(test: object, true: set[str]) -> None:
    assert callable(test)
    assert {node.id for node in NET if test(node)} == true
    assert ids(tuple(walk.spatial_convolutions(NET))) == ["stem"]


def test_families_are_apart() -> None:
    families = [
        walk.LINEAR,
        walk.ACTIVATIONS,
        walk.NORMS,
        walk.POOLS,
        walk.GLOBAL_POOLS,
        walk.JOINS,
        walk.SILENT,
        walk.SOFTMAX,
    ]
    assert sum(map(len, families)) == len(frozenset().union(*families))
    assert {"kernel", "filters", "rate", "units"} <= walk.all_attributes()
