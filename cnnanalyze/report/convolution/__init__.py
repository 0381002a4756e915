"""Convolutions by hand: the steps that are shown, as documents, as data and as a page.

It may import ``course`` and below. Smallest example: :mod:`~cnnanalyze.report.convolution.json`.
"""
