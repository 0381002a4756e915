"""Folding: a network as the text of a spec that people read: blocks, repeats, tables, names.

A network that was made from a file of another program is a list of layers. What repeats in it is
found here, and what varies becomes a parameter. The text is read again, and it is the same graph,
or it is not given out.

It may import ``language`` and below. Smallest example:
:mod:`~cnnanalyze.exchange.folding.small_blocks`.
"""
