"""Networks as ONNX files, with or without weights, written without the wheel.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.exporting.onnx.layers.joins`.
"""
