"""Drawing: the architecture as a person draws it, as SVG and as text.

It may import ``analysis`` and below, but not ``language``. Smallest example:
:mod:`~cnnanalyze.drawing.layout_graph`.
"""
