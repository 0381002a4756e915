"""Variants: what a network costs with other values of the parameters of its spec."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.errors import CnnError
from cnnanalyze.language.build import vary
from cnnanalyze.language.spec import spec_of

MOST_LAYERS = 1_000
"""Of a larger network variants would take long."""
MOST = 40
STEPS = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(3, 2), Fraction(2))
"""What a number is multiplied by."""
FEW = 4
"""A whole number up to this one is also made one smaller and one larger."""


class Variant(NamedTuple):
    """A network with one parameter of its spec set otherwise; every number is computed anew."""

    parameter: str
    value: str
    """What the parameter is set to, as it is written."""
    own: str
    """What it is in the network itself."""
    layers: int
    parameters: int
    macs: int
    activations: int

    @property
    def setting(self) -> str:
        """The parameter with its value."""
        return f"{self.parameter} = {self.value}"

    @property
    def counts(self) -> tuple[int, ...]:
        """What is compared with the network itself."""
        return self.layers, self.parameters, self.macs, self.activations


def variants(analysis: Analysis) -> tuple[Variant, ...]:
    """Return what a network costs with one parameter after the other set otherwise.

    A switch is turned, and a number is multiplied by some factors from 1/4 to 2; values that make
    no network, and those that change nothing, are left out.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads(
    ...     "{cnn: 1, input: 8x8x3, params: {width: 6}, layers: [{conv: {filters: $width, "
    ...     "kernel: 3}}]}"
    ... )
    >>> [(v.setting, v.parameters) for v in variants(cnn.analyze(net).analysis)]
    [('width = 3', 84), ('width = 9', 252), ('width = 12', 336)]
    """
    spec = spec_of(analysis.network)
    if spec.document is None or len(analysis) > MOST_LAYERS:
        return ()
    given, found = dict(spec.settings), []
    for name, value in spec.parameters:
        for other in _others(value):
            try:
                varied = analyze(vary(analysis.network, {**given, name: other}))
            except CnnError:
                continue
            variant = _variant(name, other, value, varied)
            if variant.counts != _variant(name, value, value, analysis).counts:
                found.append(variant)
    return tuple(found[:MOST])


def _others(value: Any) -> list[Any]:  # noqa: ANN401 - as specs have it
    """Return the values that are tried instead of one, from the smallest on."""
    if isinstance(value, bool):
        return [not value]
    if not isinstance(value, int | float) or value <= 0:
        return []
    scaled = [Fraction(value) * step for step in STEPS]
    if isinstance(value, float):
        return [float(number) for number in scaled]
    found = {int(number) for number in scaled if number.denominator == 1 and number >= 1}
    if value <= FEW:
        found |= {value + 1, max(1, value - 1)} - {value}
    return sorted(found)


def _variant(name: str, value: object, own: object, analysis: Analysis) -> Variant:
    total = analysis.total
    return Variant(
        name,
        show_value(value),
        show_value(own),
        len(analysis),
        total.parameters,
        total.operations("mac"),
        total.activations,
    )
