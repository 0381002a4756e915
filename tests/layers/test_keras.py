"""Random layers of every kind that Keras has, valid ones and others, before Keras 3."""

from __future__ import annotations

import pytest

from tests.witnesses.hearing import fields, hear

pytest.importorskip("torch", reason="layers before Keras: its backend, torch, is not installed")
pytest.importorskip("keras", reason="layers before Keras: keras is not installed")
from tests.witnesses.keras3 import REFUSALS, WITNESSES

# What Keras warns of is its own affair: the copies that it makes, the backend's clamping.
pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]


@pytest.mark.parametrize("kind", sorted(WITNESSES))
def test_a_layer_is_what_keras_makes_of_it(kind: str) -> None:
    heard = hear(kind, WITNESSES[kind], REFUSALS)
    assert fields(kind) <= set(heard)
