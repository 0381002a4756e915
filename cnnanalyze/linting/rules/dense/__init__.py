"""Dense prediction: up-sampling.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.linting.rules.dense.output_padding`.
"""
