"""Book one: the questions that are answered by the rules, one file for each.

It may import ``deployment`` and below. Smallest example: :mod:`~cnnanalyze.analysis.depth`.
"""
