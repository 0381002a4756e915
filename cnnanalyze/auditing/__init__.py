"""Audit: which printed figures hold, under which convention, and what makes the others.

It may import ``crosscheck`` and below. Smallest example: :mod:`~cnnanalyze.auditing.verdict`.
"""
