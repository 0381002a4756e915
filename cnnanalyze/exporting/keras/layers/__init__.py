"""How each layer kind is written in Keras, a file for each family.

It may import ``graph`` and below. Smallest example:
:mod:`~cnnanalyze.exporting.keras.layers.joins`.
"""

from cnnanalyze.exporting.keras.layers import (  # noqa: F401 - importing registers
    attention,
    elements,
    joins,
    movement,
    norms,
    resizing,
    sliding,
    whole,
)
