"""Receptive fields in words: the window that moves with a unit, and what is seen beside it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from cnnanalyze.analysis.receptive_field import middle
from cnnanalyze.analysis.statistics import is_beside
from cnnanalyze.core.periodic_field import PeriodicField, Strand
from cnnanalyze.report.numbers import fraction, per_axis

BESIDE = "+all"
"""Suffix of a field whose units also see everything through a statistic."""
NOTE = (
    "each unit sees the whole map, too, through a statistic: a normalisation, a gate or attention"
)
"""What it means, in the line below a table."""


def brief(fields: Sequence[PeriodicField]) -> str:
    """Return the field of a unit in short.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> layers = "[{conv: {filters: 4, kernel: [3, 5]}}, {groupnorm: 2}, gap]"
    >>> report = cnn.analyze(cnn.loads(f"{{cnn: 1, input: 9x9x4, layers: {layers}}}"))
    >>> [brief(facts.fields) for facts in report]
    ['3x5', '3x5+all', 'all']
    """
    if fields and not any(f.local.advance for f in fields):
        return "all"
    return mark([str(f.local.size) for f in fields], [is_beside(f) for f in fields])


def mark(sizes: Sequence[str], beside: Sequence[bool], *, short: bool = True) -> str:
    """Return the size along each axis, and along which axes everything is seen besides.

    Examples
    --------
    >>> mark(["3", "3"], [True, True]), mark(["3", "5"], [False, True])
    ('3+all', '3x(5+all)')
    """
    if any(beside) and not all(beside):
        return "x".join(f"({s}{BESIDE})" if b else s for s, b in zip(sizes, beside, strict=True))
    together = per_axis(sizes) if short else "x".join(sizes)
    return together + (BESIDE if any(beside) else "")


def brief_stride(strands: Sequence[Strand]) -> str:
    """Return the effective stride; none where all units see the same."""
    return per_axis([fraction(s.rate) for s in strands]) if _moves(strands) else ""


def brief_padding(strands: Sequence[Strand]) -> str:
    """Return the effective padding of the input; none where all units see the same."""
    firsts = [s.at(0) for s in strands]
    return per_axis(["-" if f is None else -f[0] for f in firsts]) if _moves(strands) else ""


def brief_centre(strands: Sequence[Strand]) -> str:
    """Return the middle of what the first unit sees, axis by axis."""
    middles = map(middle, strands)
    return per_axis(["-" if m is None else _decimal(m) for m in middles])


def _moves(strands: Sequence[Strand]) -> bool:
    return any(s.advance for s in strands)


def _decimal(value: Fraction) -> str:
    return str(fraction(value)) if value.denominator > _HALF else f"{float(value):g}"


_HALF = 2
