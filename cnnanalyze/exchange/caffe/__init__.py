"""Caffe: networks in ``.prototxt`` files, those that are used and those that are trained.

It may import ``language`` and below. Smallest example: :mod:`~cnnanalyze.exchange.caffe.network`.
"""
