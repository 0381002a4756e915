"""Random layers of every kind, valid ones and others, before PyTorch."""

from __future__ import annotations

import pytest

from tests.strategies.loose import LOOSE

pytest.importorskip("torch", reason="layers before PyTorch: torch is not installed")
from tests.witnesses.hearing import fields, hear
from tests.witnesses.pytorch import REFUSALS, WITNESSES

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning"),
]


def test_every_kind_has_a_witness() -> None:
    assert sorted(WITNESSES) == sorted(LOOSE)


@pytest.mark.parametrize("kind", sorted(WITNESSES))
def test_a_layer_is_what_pytorch_makes_of_it(kind: str) -> None:
    heard = hear(kind, WITNESSES[kind], REFUSALS)
    assert fields(kind) == set(heard)
