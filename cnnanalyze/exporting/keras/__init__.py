"""Networks as functional models of Keras 3, with a function for each block.

It may import ``graph`` and below. Smallest example:
:mod:`~cnnanalyze.exporting.keras.layers.joins`.
"""
