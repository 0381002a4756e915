"""Comparison: what is added, removed and changed between networks.

It may import ``analysis`` and below, but not ``language``. Smallest example:
:mod:`~cnnanalyze.comparison.branches`.
"""
