"""TFLite: what its files say, without their weights, in the operators of ONNX.

It may import ``language`` and below. Smallest example:
:mod:`~cnnanalyze.exchange.tflite.operators.passing`.
"""
