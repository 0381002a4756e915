"""Exchange: files of other programs as networks; every form has a front end that reads it.

It may import ``language`` and below. Smallest example: :mod:`~cnnanalyze.exchange.front_end`.
"""
