"""Grading: answers marked, wrong ones met with how they came about.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.course.grading.answer_placement`.
"""
