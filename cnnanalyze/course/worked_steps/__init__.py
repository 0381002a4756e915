"""By hand: convolution, pooling and what follows on given numbers, every step in exact numbers.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.course.worked_steps.class_labels`.
"""
