"""Derivations: expressions in text, LaTeX and MathML, explanations as documents and as data."""
