"""The course wing: explained answers, homework sheets, grading, and the lectures recomputed.

It may import ``linting`` and below. Smallest example:
:mod:`~cnnanalyze.course.sheets.questions.topics`.
"""
