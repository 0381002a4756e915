"""What becomes of a layer of Keras, by its class: one file for each family.

It may import ``language`` and below. Smallest example:
:mod:`~cnnanalyze.exchange.keras.layers.passing`.
"""

from __future__ import annotations

from importlib import import_module

from cnnanalyze.exchange.keras.layers.registry import LAYERS, Converter

_FAMILIES = (
    "activation", "arithmetic", "axes", "convolution", "normalisation", "passing", "pooling",
    "recurrent",
)  # fmt: skip


def converter_of(kind: str) -> Converter | None:
    """Return what converts a layer of a class; nothing if there is none of ours.

    Examples
    --------
    >>> converter_of("Conv2D").__name__, converter_of("Lambda")
    ('conv', None)
    """
    for family in _FAMILIES:
        import_module(f"cnnanalyze.exchange.keras.layers.{family}")
    return LAYERS.get(kind)
