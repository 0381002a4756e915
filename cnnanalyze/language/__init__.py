"""The spec language: YAML text to a network, with a place for every word.

It may import ``graph`` and below. Smallest example: :mod:`~cnnanalyze.language.symbols`.
"""
