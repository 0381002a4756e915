"""PyTorch as a witness: what its functions make of our layers."""

from tests.witnesses.pytorch import attention, elements, windows  # noqa: F401 - they register themselves
from tests.witnesses.pytorch.base import REFUSALS, WITNESSES

__all__ = ["REFUSALS", "WITNESSES"]
