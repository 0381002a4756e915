"""Variants: what a network costs with other values of the parameters of its spec."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.errors import CnnError
from cnnanalyze.language.build import vary
from cnnanalyze.language.spec import spec_of

MOST_LAYERS = 1_000
"""Of a larger network variants would take long."""
MOST = 12


class Variant(NamedTuple):
    """A network with one parameter of its spec set otherwise; every number is computed anew."""

    setting: str
    layers: int
    parameters: int
    macs: int
    activations: int


def variants(analysis: Analysis) -> tuple[Variant, ...]:
    """Return what a network costs with one parameter after the other set otherwise.

    A switch is turned, and a number is halved and doubled; values that make no network, and those
    that change nothing, are left out.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads(
    ...     "{cnn: 1, input: 8x8x3, params: {width: 6}, layers: [{conv: {filters: $width, "
    ...     "kernel: 3}}]}"
    ... )
    >>> [(v.setting, v.parameters) for v in variants(cnn.analyze(net).analysis)]
    [('width = 3', 84), ('width = 12', 336)]
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
            variant = _variant(f"{name} = {show_value(other)}", varied)
            if variant[1:] != _variant("", analysis)[1:]:
                found.append(variant)
    return tuple(found[:MOST])


def _others(value: Any) -> Iterator[Any]:  # noqa: ANN401 - as specs have it
    """Yield the values that are tried instead of one."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int) and value > 1:
        if value % 2 == 0:
            yield value // 2
        yield 2 * value
    elif isinstance(value, float) and value > 0:
        yield value / 2
        yield 2 * value


def _variant(setting: str, analysis: Analysis) -> Variant:
    total = analysis.total
    return Variant(
        setting,
        len(analysis),
        total.parameters,
        total.operations("mac"),
        total.activations,
    )
