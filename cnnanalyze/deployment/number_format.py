"""Number formats: how many bytes weights, biases and activations take where a network runs."""

from __future__ import annotations

from dataclasses import dataclass

from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import UsageError


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """The types of the numbers of a deployed network.

    Examples
    --------
    >>> number_format("int16x8").bias, number_format("int16x8").activation
    (8, 2)
    """

    name: str
    weight: int
    """Bytes of one weight."""
    bias: int
    """Bytes of one bias: of what a sum of products is accumulated in."""
    activation: int
    """Bytes of one activation."""
    about: str
    has_weight_scales: bool = False
    """Whether weights are whole numbers, with a scale and a zero point each filter or tensor."""
    has_activation_scales: bool = False
    """Whether activations are."""


SCALE = 4
"""Bytes of one scale, a float32."""
ZERO_POINT = 8
"""Bytes of one zero point, an int64, as a TensorFlow Lite file stores it."""

FORMATS = {
    one.name: one
    for one in (
        NumberFormat(
            "int8", 1, 4, 1, "weights and activations of 8 bits, biases of 32", True, True
        ),
        NumberFormat(
            "int16x8", 1, 8, 2, "weights of 8 bits, activations of 16, biases of 64", True, True
        ),
        NumberFormat("float16", 2, 2, 2, "everything in half precision"),
        NumberFormat("float32", 4, 4, 4, "everything in single precision"),
        NumberFormat(
            "mixed", 1, 4, 4, "weights of 8 bits, biases and activations in float32", True
        ),
    )
}
"""All number formats by name."""
DEFAULT = "int8"


def number_format(name: str) -> NumberFormat:
    """Return the number format of a name.

    Raises
    ------
    UsageError
        If there is none.
    """
    if name not in FORMATS:
        known = tuple(FORMATS)
        raise UsageError(
            f"unknown number format '{name}'; known: {', '.join(known)}{nearest(name, known)}"
        )
    return FORMATS[name]
