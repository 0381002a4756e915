"""Answers: the value of an explanation as people write it."""

from __future__ import annotations

from fractions import Fraction

from cnnanalyze.core.shape import Shape
from cnnanalyze.course.explanations.explanation import Explanation
from cnnanalyze.report.numbers import decimal, exact, per_axis, size


def answer(explanation: Explanation) -> str:
    """Return the value in the order and with the separators that people read."""
    if explanation.answer_text:
        return explanation.answer_text
    value = explanation.value
    if isinstance(value, Shape):
        extents = value.extents
        if explanation.style.width_first and value.rank == 2:  # noqa: PLR2004 - an image
            extents = (value.size[1], value.size[0], value.channels)
        return "x".join(map(str, extents))
    if explanation.quantity == "padding" and isinstance(value, tuple):
        pairs = dict.fromkeys(zip(value[::2], value[1::2], strict=True))
        return ", ".join(f"{before} before and {after} after" for before, after in pairs)
    if isinstance(value, tuple):
        return per_axis([_one(v) for v in value])
    text = _one(value)
    if explanation.unit == "B" and isinstance(value, int):
        return f"{text} B = {size(value)}" if value >= _KIB else f"{text} B"
    return f"{text} {explanation.unit}".rstrip()


_KIB = 1024


def _one(value: int | Fraction) -> str:
    if isinstance(value, int) or value.denominator == 1:
        return exact(int(value))
    return decimal(value)
