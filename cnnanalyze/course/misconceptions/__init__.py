"""Misconceptions: what students get wrong, as changes of an expression.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.course.misconceptions.catalogue`.
"""
