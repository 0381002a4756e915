"""ONNX's own tests of shape inference: the extents that operators give, and what is refused."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

from cnnanalyze.errors import CnnError
from cnnanalyze.exchange.onnx.model import Model
from cnnanalyze.exchange.onnx.network import convert
from tests.exchange.onnx.shape_inference import FACTS, Case, cases, model_of, typed

OTHERWISE = tomllib.loads(FACTS.read_text("utf-8"))["otherwise"]
"""By case: what is said of it where ONNX says something else."""


def outcome(model: Model) -> tuple[dict[str, tuple[int, ...]], str]:
    """Return the extents of what comes out, or why nothing does."""
    try:
        found = convert(model)
    except CnnError as error:
        return {}, error.message
    return {name: value.extents for name, value in found.outputs.items()}, ""


@pytest.mark.parametrize(
    ("name", "opset", "case"), [pytest.param(*c, id=f"{c[0]}-{c[1]}") for c in cases("shapes")]
)
def test_operators_give_what_onnx_infers(name: str, opset: int, case: Case) -> None:
    model = model_of(case, opset)
    undeclared = replace(model, graph=replace(model.graph, values={}))
    found, why = outcome(undeclared)
    if name in OTHERWISE:
        assert (why or str(found)) == OTHERWISE[name]
    else:
        assert found == {one: typed(text)[1] for one, text in case["gives"].items()}


@pytest.mark.parametrize(
    ("name", "opset", "case"), [pytest.param(*c, id=f"{c[0]}-{c[1]}") for c in cases("refused")]
)
def test_what_onnx_refuses_is_refused(name: str, opset: int, case: Case) -> None:
    found, why = outcome(model_of(case, opset))
    assert bool(why) == (name not in OTHERWISE), found
