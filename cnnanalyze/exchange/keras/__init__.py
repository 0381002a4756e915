"""Keras models as networks, by what their configuration says; nothing of it is run.

No class is looked up by the name that a configuration has for it, no function of a Lambda layer is
made, and no weight is read.

It may import ``language`` and below. Smallest example:
:mod:`~cnnanalyze.exchange.keras.layers.passing`.
"""
