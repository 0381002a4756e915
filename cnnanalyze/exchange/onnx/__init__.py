"""ONNX files as networks: what a file says is read without its weights, then seen as layers.

No weight is read, no other file is opened, and nothing that a file names is imported or run. Every
bound is a bound on work.

It may import ``language`` and below. Smallest example: :mod:`~cnnanalyze.exchange.onnx.model`.
"""
