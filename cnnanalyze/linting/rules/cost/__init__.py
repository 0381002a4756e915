"""Where parameters, operations and memory go.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.linting.rules.cost.memory_peak`.
"""
