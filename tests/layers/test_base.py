"""What a layer kind is, seen from outside."""

from __future__ import annotations

from typing import get_type_hints

import cnnanalyze.layers  # noqa: F401 - fills the registry
from cnnanalyze.layers.base import KINDS, Elementwise, Layer


def test_what_is_declared_can_be_read() -> None:
    assert {"kind", "aliases", "arity", "examples"} <= set(get_type_hints(Layer))
    assert "per_element" in get_type_hints(Elementwise)
    for kind in KINDS:
        assert set(kind.model_fields) <= set(get_type_hints(kind))
