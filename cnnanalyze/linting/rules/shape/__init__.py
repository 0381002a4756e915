"""SH: shapes and how windows lie on them.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.linting.rules.shape.empty_output`.
"""
