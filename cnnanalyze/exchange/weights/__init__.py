"""Weights: which tensors a file holds, by their names and extents; no number of them is read.

It may import ``language`` and below. Smallest example:
:mod:`~cnnanalyze.exchange.weights.tensors`.
"""
