"""What a network needs where it runs: folded, fused, laid out in flash and RAM, by rule.

It may import ``graph`` and below. Smallest example: :mod:`~cnnanalyze.deployment.number_format`.
"""
