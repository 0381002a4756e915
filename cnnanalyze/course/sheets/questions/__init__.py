"""Questions: what a homework sheet can ask, each topic with its own rules; one file each.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.course.sheets.questions.sizes`.
"""
