"""Sweeps: what all networks of a family cost, each block worked out once for all that have it.

It may import ``crosscheck`` and below. Smallest example: :mod:`~cnnanalyze.sweeping.front`.
"""
