"""Conformance: whether a model is the network that its spec declares, proved or refuted.

It may import ``graph`` and below. Smallest example:
:mod:`~cnnanalyze.comparison.conformance.result`.
"""
