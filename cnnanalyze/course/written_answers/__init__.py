"""Written answers: values as people write them, in every way they can be read.

It may import ``core`` and below. Smallest example:
:mod:`~cnnanalyze.course.written_answers.phrases`.
"""
