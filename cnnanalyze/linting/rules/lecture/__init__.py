"""LC: what the lectures teach.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.linting.rules.lecture.padded_pooling`.
"""
