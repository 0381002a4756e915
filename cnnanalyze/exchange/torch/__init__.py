"""PyTorch: modules as networks, through ``torch.export`` in the process of whoever has them.

It may import ``language`` and below. Smallest example: :mod:`~cnnanalyze.exchange.torch.module`.
"""
