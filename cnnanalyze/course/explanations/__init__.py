"""Explanations: why a number is what it is, in the words and symbols of a course.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.course.explanations.naming`.
"""
