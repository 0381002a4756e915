"""CV: the arithmetic of convolutions.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.linting.rules.convolution.even_kernel`.
"""
