"""The trial balance: the two books side by side, and both against what was printed elsewhere.

It may import ``analysis``, ``execute`` and below. Smallest example:
:mod:`~cnnanalyze.crosscheck.result`.
"""
