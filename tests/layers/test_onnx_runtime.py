"""Random layers of every kind that ONNX has, valid ones and others, before ONNX Runtime."""

from __future__ import annotations

import pytest

pytest.importorskip("onnx", reason="layers before ONNX Runtime: onnx is not installed")
pytest.importorskip("onnxruntime", reason="layers before ONNX Runtime: it is not installed")
from tests.witnesses.hearing import fields, hear
from tests.witnesses.onnx_runtime import REFUSALS, WITNESSES

pytestmark = pytest.mark.frameworks


UNSAID: dict[str, set[str]] = {}
"""Attributes for which ONNX has no word, by kind."""


@pytest.mark.parametrize("kind", sorted(WITNESSES))
def test_a_layer_is_what_onnx_runtime_makes_of_it(kind: str) -> None:
    heard = hear(kind, WITNESSES[kind], REFUSALS)
    assert fields(kind) - set(heard) == UNSAID.get(kind, set())
