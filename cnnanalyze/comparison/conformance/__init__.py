"""Conformance: whether a model is the network that its spec declares, proved or refuted.

It may import ``execute`` and below, but not ``language``. Smallest example:
:mod:`~cnnanalyze.comparison.conformance.result`.
"""
