"""The table of what converts which class."""

from __future__ import annotations

from collections.abc import Callable

from cnnanalyze.core.registry import entering
from cnnanalyze.exchange.keras.conversion import Call, Viewed

Converter = Callable[[Call], Viewed]
LAYERS: dict[str, Converter] = {}
"""By the name of a class of Keras, in both its versions."""


def converts(kinds: str) -> Callable[[Converter], Converter]:
    """Enter a function for some classes."""
    return entering(LAYERS)(*kinds.split())
