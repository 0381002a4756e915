"""Derivations: expressions in text, LaTeX and MathML, explanations as documents and as data.

It may import ``course`` and below. Smallest example: :mod:`~cnnanalyze.report.derivation.answer`.
"""
