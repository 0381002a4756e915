"""Book one: the questions that are answered by the rules, one file for each.

It may import ``graph`` and below. Smallest example: :mod:`~cnnanalyze.analysis.depth`.
"""
