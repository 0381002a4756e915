"""Networks written for other programs: PyTorch, Keras, ONNX, Mermaid and Graphviz.

Every target is a row of ``TARGETS`` in :mod:`~cnnanalyze.exporting.targets`; how a layer kind is
written for one is a function in a file for its family. It may import ``crosscheck`` and below.
Smallest example: :mod:`~cnnanalyze.exporting.diagrams`.
"""
