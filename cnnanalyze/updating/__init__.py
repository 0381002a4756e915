"""Updating: specs brought to what a model is, where that can be said in one place of the text.

It may import ``linting``, ``comparison`` and below. Smallest example:
:mod:`~cnnanalyze.updating.edits`.
"""
