"""Receptive fields.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.linting.rules.receptive_field.critical_layer`.
"""
