"""What networks are, apart from their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import cnnanalyze as cnn

Signature = list[tuple[Any, ...]]


def sign(net: cnn.Network) -> Signature:
    """Return everything that makes a network but its names: steps are numbered."""
    number = {"input": -1} | {node.id: n for n, node in enumerate(net)}
    nodes = [
        (
            node.kind,
            tuple(node.attributes.items()),
            tuple(number[i] for i in node.inputs),
            node.output,
            node.frozen,
            None if node.share is None else number[node.share],
            node.given,
        )
        for node in net
    ]
    return [(net.input, net.values), *nodes, tuple(number[o] for o in net.outputs)]


@pytest.fixture
def same() -> Callable[[str, str], None]:
    """Assert that two specs describe the same network, whatever its layers are called."""

    def check(one: str, other: str) -> None:
        first, second = cnn.loads(one), cnn.loads(other)
        assert sign(first) == sign(second)
        analyses = cnn.analyze(first), cnn.analyze(second)
        totals = [(a.total.parameters, a.total.operations("flop")) for a in analyses]
        assert totals[0] == totals[1]

    return check
