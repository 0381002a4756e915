"""SP: the text of a spec.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.linting.rules.specification.unreadable_file`.
"""
