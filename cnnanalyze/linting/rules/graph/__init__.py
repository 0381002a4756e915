"""GR: the wiring.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.linting.rules.graph.cycle`.
"""
