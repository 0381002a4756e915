"""Normalisation, activation and regularisation.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.linting.rules.normalisation.heavy_dropout`.
"""
