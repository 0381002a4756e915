"""Heads against the loss that trains them.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.linting.rules.head.double_softmax`.
"""
