"""The front door: every command is a function here, and a public name of ``cnnanalyze``.

It may import ``schemas`` and below. Smallest example: :mod:`~cnnanalyze.api.exporting`.
"""
