"""Receptive fields in words: how far they move, and where they begin."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from cnnanalyze.analysis.field_text import Fields
from cnnanalyze.analysis.receptive_field import middle
from cnnanalyze.core.periodic_field import PathField
from cnnanalyze.report.numbers import fraction, per_axis

NOTE = (
    "each unit sees the whole map, too: through a normalisation, a gate, attention, or offsets "
    "that lead anywhere"
)
"""What it means, in the line below a table."""


def brief_stride(fields: Fields) -> str:
    """Return the effective stride; none where all units see the same."""
    path_fields = [f.local for f in fields]
    return per_axis([fraction(s.rate) for s in path_fields]) if _moves(path_fields) else ""


def brief_padding(fields: Fields) -> str:
    """Return the effective padding of the input; none where all units see the same."""
    path_fields = [f.local for f in fields]
    firsts = [s.at(0) for s in path_fields]
    return per_axis(["-" if f is None else -f[0] for f in firsts]) if _moves(path_fields) else ""


def brief_centre(fields: Fields) -> str:
    """Return the middle of what the first unit sees, axis by axis."""
    middles = [middle(f.local) for f in fields]
    return per_axis(["-" if m is None else _decimal(m) for m in middles])


def _moves(path_fields: Sequence[PathField]) -> bool:
    return any(s.advance for s in path_fields)


def _decimal(value: Fraction) -> str:
    return str(fraction(value)) if value.denominator > _HALF else f"{float(value):g}"


_HALF = 2
