"""LN: what the linter says of itself and of its settings.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.linting.rules.linter.bad_setting`.
"""
