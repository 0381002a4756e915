"""Book two: a NumPy executor that runs a network and observes sizes, operations and reach.

It may import ``errors`` and below. Smallest example: :mod:`~cnnanalyze.execute.special`.
"""
