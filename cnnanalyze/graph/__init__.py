"""Networks: the flat graph of layers that every question is asked of.

It may import ``layers`` and below. Smallest example: :mod:`~cnnanalyze.graph.naming`.
"""
