"""Networks as PyTorch modules that a person would have written.

It may import ``graph`` and below. Smallest example:
:mod:`~cnnanalyze.exporting.torch.layers.joins`.
"""
