"""Rules of thumb that textbooks teach and good networks break; on in the teaching profile.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.linting.rules.teaching.no_max_pool`.
"""
