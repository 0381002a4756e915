"""Random chains of layers of all kinds, as the text of a spec: any kind behind any other."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import strategies as st
from pydantic import ValidationError

from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.base import KINDS
from tests.strategies.case import Case
from tests.strategies.loose import JOINS, LOOSE, PAIRS, layers, ranks
from tests.witnesses.case import frozen

MOST = 5_000
"""No map of a chain has more elements."""
JOINED = (*JOINS, *PAIRS)
REARRANGING = ("permute", "reshape", "shift", "depth_to_space", "space_to_depth", "flatten")
"""Kinds that put elements elsewhere: these come more often."""

Step = dict[str, Any]
sizes = st.sampled_from((2, 3, 5, 7, 11, 13))
kinds = st.sampled_from([*(kind for kind in LOOSE if kind not in JOINED), *REARRANGING * 3])


def output(case: Case) -> Shape | None:
    """Return what comes out of a layer; nothing if it is refused, or too large."""
    cls = KINDS.get(case.kind)
    assert cls is not None
    try:
        found = cls(**frozen(case.attributes)).shape(*case.inputs)
    except (ShapeError, ValidationError):
        return None
    return found if found.count <= MOST else None


@st.composite
def chains(draw: st.DrawFn, start: Shape, most: int, *, joins: bool) -> tuple[list[Step], Shape]:
    """Return steps from a shape on, and the shape that they lead to."""
    steps: list[Step] = []
    x = start
    for _ in range(draw(st.integers(0, most))):
        if joins and draw(st.integers(0, 4)) == 0:
            kind = draw(st.sampled_from(JOINED))
            ends = [draw(chains(x, 3, joins=False)) for _ in range(2)]
            found = output(Case(kind, tuple(shape for _, shape in ends)))
            step: Step = {kind: [branch for branch, _ in ends]}
        else:
            here = st.just(x)
            case = draw(layers(here, here)[draw(kinds)])
            if case.inputs != (x,) or (x.is_vector and case.kind != "reshape"):
                continue
            found, step = output(case), {case.kind: case.attributes or None}
        if found is not None:
            steps.append(step)
            x = found
    return steps, x


@st.composite
def specs(draw: st.DrawFn) -> str:
    """Return the text of a spec: a chain of layers of any kinds."""
    rank = draw(ranks)
    start = Shape(tuple(draw(sizes) for _ in range(rank)), draw(st.sampled_from((1, 2, 3, 4, 8))))
    steps, _ = draw(chains(start, 6, joins=True))
    document = {"cnn": 1, "name": "chain", "input": str(start), "layers": [*steps, "identity"]}
    return yaml.safe_dump(document, sort_keys=False, default_flow_style=True)
