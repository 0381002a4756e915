"""PyTorch as a witness: what its functions make of our layers."""

from tests.witnesses.pytorch import (  # noqa: F401 - they register themselves
    attention,
    elements,
    sequences,
    windows,
)
from tests.witnesses.pytorch.base import REFUSALS, WITNESSES

__all__ = ["REFUSALS", "WITNESSES"]
