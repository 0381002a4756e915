"""Random layers of every kind that ONNX has, valid ones and others, before ONNX Runtime."""

from __future__ import annotations

import pytest

pytest.importorskip("onnx", reason="layers before ONNX Runtime: onnx is not installed")
pytest.importorskip("onnxruntime", reason="layers before ONNX Runtime: it is not installed")
from cnnanalyze.core.shape import Shape
from tests.strategies.case import Case
from tests.witnesses.case import confront
from tests.witnesses.hearing import fields, hear
from tests.witnesses.onnx_runtime import REFUSALS, WITNESSES

pytestmark = pytest.mark.frameworks


UNSAID: dict[str, set[str]] = {}
"""Attributes for which ONNX has no word, by kind."""


@pytest.mark.parametrize("kind", sorted(WITNESSES))
def test_a_layer_is_what_onnx_runtime_makes_of_it(kind: str) -> None:
    heard = hear(kind, WITNESSES[kind], REFUSALS)
    assert fields(kind) - set(heard) == UNSAID.get(kind, set())


@pytest.mark.parametrize("coordinates", ["half_pixel", "align_corners", "asymmetric"])
@pytest.mark.parametrize("coefficient", [-0.5, -0.75])
@pytest.mark.parametrize("exclude_outside", [False, True])
def test_cubic_weights_are_those_of_onnx(
    coordinates: str, coefficient: float, exclude_outside: bool
) -> None:
    how = {"coordinates": coordinates, "coefficient": coefficient}
    sizes: tuple[dict[str, object], ...] = ({"size": [4, 9]}, {"scale": 1.5}, {"scale": [0.5, 3]})
    for size in sizes:
        attributes = {"method": "bicubic", **how, "exclude_outside": exclude_outside, **size}
        case = Case("resize", (Shape((5, 7), 3),), attributes)
        assert confront(case, WITNESSES["resize"], REFUSALS).spoke
