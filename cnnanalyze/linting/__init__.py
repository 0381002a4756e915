"""Lint: what looks wrong in a spec, where, and what to do.

It may import ``crosscheck`` and below. Smallest example: :mod:`~cnnanalyze.linting.finding`.
"""
